import { existsSync } from 'node:fs';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Gdal from 'gdal-async';
import { gdal, UnreadableDatasetError } from '../gdal.js';
import { statedReference } from '../spatial-reference.js';
import { layOutTree } from '../lay-out-tree.js';
import { type Auxiliary, readAuxiliary, readCompanion, writeAuxiliary } from './auxiliary.js';
import { type DeliveredImage, IMAGE_DRIVERS } from './images.js';
import { traitsOf } from './traits.js';

/** Opening of delivered images, for the job processes only. */

// What libjpeg only warns of is a lost part of the image.
gdal.config.set('GDAL_ERROR_ON_LIBJPEG_WARNING', 'YES');

/** An image that names another file for GDAL to open in its place. */
export class ForeignFileError extends UnreadableDatasetError {
  constructor(readonly target: string) {
    super(`overviews in another file: ${target}`);
    this.name = 'ForeignFileError';
  }
}

/**
 * Lays out images in a folder as GDAL may see them: the images as links to the stored bytes, their world files, and
 * what their auxiliary files say of their place. Overviews, masks and other files that GDAL would open with any driver
 * are left out.
 * @param folder an existing empty folder
 * @returns the path of each image, in the same order
 */
export async function layOutImages(folder: string, images: readonly DeliveredImage[]): Promise<string[]> {
  await layOutTree(
    folder,
    images.map(({ file }) => file),
  );
  const paths = images.map(({ file }) => join(folder, ...file.path.split('/')));
  for (const [index, { worldFile, auxiliary }] of images.entries()) {
    const path = paths[index];
    if (path === undefined) continue;
    // `tifw` and not `tfw`: images of one name and several formats keep their own.
    if (worldFile !== undefined) await symlink(worldFile.localPath, `${path}w`);
    const text = auxiliary === undefined ? null : await readCompanion(auxiliary.localPath);
    const content = text === null ? null : readAuxiliary(text);
    if (content !== null) await writeFile(`${path}.aux.xml`, writeAuxiliary(content));
  }
  return paths;
}

/**
 * Opens an image with the driver of its format. An image without reference system takes that of its `.prj`, for this
 * opening and the later ones of the same path.
 * @param path where {@link layOutImages} put it
 * @throws UnreadableDatasetError, ForeignFileError
 */
export async function openImage(image: DeliveredImage, path: string): Promise<Gdal.Dataset> {
  const handle = openAs(image, path);
  if (statedReference(handle.srs) !== null || image.projection === undefined) return handle;
  const srs = projectionOf(await readCompanion(image.projection.localPath));
  if (srs === null) return handle;
  handle.close();
  const known = image.auxiliary === undefined ? null : await readCompanion(image.auxiliary.localPath);
  const auxiliary: Auxiliary = { ...(known === null ? {} : readAuxiliary(known)), srs: srs.toWKT() };
  await rm(`${path}.aux.xml`, { force: true });
  await writeFile(`${path}.aux.xml`, writeAuxiliary(auxiliary));
  return openAs(image, path);
}

/**
 * Opens an image as {@link openImage}, for its pixels: one of several bands that each have a value of no data gets a
 * mask of the pixels that are none in every band. A colour may well have that value in one of them.
 */
export async function openMasked(image: DeliveredImage, path: string): Promise<Gdal.Dataset> {
  const handle = await openImage(image, path);
  const { type, bands, palette, alpha, mask } = traitsOf(handle);
  const values = handle.bands.map((band) => band.noDataValue);
  const isPlain = type === 'Byte' && bands > 1 && !palette && !alpha && !mask;
  if (!isPlain || !values.every(Number.isInteger)) return handle;
  handle.close();
  const companion = `${path}.aux.xml`;
  const known = existsSync(companion) ? await readCompanion(companion) : null;
  const auxiliary = known === null ? null : readAuxiliary(known);
  await writeFile(companion, writeAuxiliary({ ...auxiliary, nodataPixel: values.map(String) }));
  return openAs(image, path);
}

function openAs({ format }: DeliveredImage, path: string): Gdal.Dataset {
  let handle: Gdal.Dataset;
  try {
    handle = gdal.open(path, 'r', [IMAGE_DRIVERS[format]]);
  } catch (error) {
    throw new UnreadableDatasetError((error as Error).message);
  }
  // A TIFF can say so in its own metadata, and GDAL would open that file with any driver when asked for overviews.
  const { OVERVIEW_FILE: target } = handle.getMetadata('OVERVIEWS') as Readonly<Record<string, string | undefined>>;
  if (target === undefined) return handle;
  handle.close();
  throw new ForeignFileError(target);
}

/** The reference system of a `.prj`, which is in ESRI's words or in the standard ones. */
function projectionOf(text: string | null): Gdal.SpatialReference | null {
  if (text === null || text.trim() === '') return null;
  try {
    return gdal.SpatialReference.fromESRI([text]);
  } catch {
    return null;
  }
}
