import { extensionOf } from '../formats.js';
import { type DeliveredFile, fileName, isSubject } from '../upload-tree.js';

/** Formats of images that GDAL reads (lifecycle §3). */
export const IMAGE_FORMATS = ['TIFF', 'JPEG 2000', 'PNG', 'JPEG'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** The only GDAL driver that may open each format: no other is tried on hostile bytes. */
export const IMAGE_DRIVERS: Readonly<Record<ImageFormat, string>> = {
  TIFF: 'GTiff',
  'JPEG 2000': 'JP2OpenJPEG',
  PNG: 'PNG',
  JPEG: 'JPEG',
};

const BY_EXTENSION: ReadonlyMap<string, ImageFormat> = new Map([
  ['tif', 'TIFF'],
  ['tiff', 'TIFF'],
  ['jp2', 'JPEG 2000'],
  ['j2k', 'JPEG 2000'],
  ['png', 'PNG'],
  ['jpg', 'JPEG'],
  ['jpeg', 'JPEG'],
]);

/** An image of a delivery, with the files beside it that say where it is. */
export interface DeliveredImage {
  readonly format: ImageFormat;
  readonly file: DeliveredFile;
  /** Six lines: the size of a pixel and the centre of the first one (`.tfw`, `.jgw`…). */
  readonly worldFile: DeliveredFile | undefined;
  /** GDAL's own companion, `<image>.aux.xml`. */
  readonly auxiliary: DeliveredFile | undefined;
  /** The reference system alone, `.prj`. */
  readonly projection: DeliveredFile | undefined;
}

/** What a delivery contains, each list in order of path. */
export interface RasterContents {
  readonly images: readonly DeliveredImage[];
  /** Files that are no image nor say where one is, and those whose name keeps them out. */
  readonly others: readonly DeliveredFile[];
}

/** Finds the images of an upload and their companions, from their names in any case. */
export function readImages(files: readonly DeliveredFile[]): RasterContents {
  const data = files.filter(({ kind }) => kind === 'DATA').toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const subjects = data.filter(isSubject);
  const byPath = new Map(subjects.map((file) => [file.path.toLowerCase(), file]));
  const images = subjects.flatMap((file) => {
    const extension = extensionOf(file.path);
    const format = BY_EXTENSION.get(extension);
    if (format === undefined) return [];
    const stem = file.path.slice(0, -extension.length).toLowerCase();
    const firstOf = (names: readonly string[]) =>
      names.map((name) => byPath.get(name)).find((found) => found !== undefined);
    return [
      {
        format,
        file,
        worldFile: firstOf(worldFileExtensions(extension).map((name) => stem + name)),
        auxiliary: byPath.get(`${file.path.toLowerCase()}.aux.xml`),
        projection: byPath.get(`${stem}prj`),
      },
    ];
  });
  const used = new Set(
    images.flatMap(({ file, worldFile, auxiliary, projection }) => [file, worldFile, auxiliary, projection]),
  );
  return { images, others: data.filter((file) => !used.has(file)) };
}

/** `tfw`, `tifw`, `wld` for `tif`: the customs of world files, in the order GDAL looks for them. */
function worldFileExtensions(extension: string): string[] {
  return [`${extension.at(0)}${extension.at(-1)}w`, `${extension}w`, 'wld'];
}

/** Names that several images have, in whatever folders, with their paths. */
export function sharedNames(images: readonly DeliveredImage[]): { name: string; paths: string[] }[] {
  const paths = new Map<string, string[]>();
  for (const { file } of images) {
    const name = fileName(file.path).toLowerCase();
    const known = paths.get(name);
    if (known === undefined) paths.set(name, [file.path]);
    else known.push(file.path);
  }
  return [...paths].flatMap(([name, all]) => (all.length > 1 ? [{ name, paths: all }] : []));
}
