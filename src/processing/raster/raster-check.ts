import type Gdal from 'gdal-async';
import { gdal, takeLastMessage, UnreadableDatasetError } from '../gdal.js';
import { referenceName, referenceOf, sameReference, statedReference } from '../spatial-reference.js';
import { logFrom, type TaskLog } from '../task-log.js';
import { type DeliveredFile, fileName } from '../upload-tree.js';
import { type ComparedImage, differences, nodataText } from './homogeneity.js';
import { type DeliveredImage, readImages, sharedNames } from './images.js';
import { ForeignFileError, layOutImages, openImage } from './open-image.js';
import { type ImageBox, isOnEarth, placementOf } from './placement.js';
import { PIXEL_TYPES, readPixels, sizeFault } from './read-pixels.js';
import { type ImageTraits, traitsOf } from './traits.js';

/** What "Vérification raster" found. */
export interface RasterCheckResult {
  readonly passed: boolean;
  /** Boxes of the images, in the declared reference system. */
  readonly boxes: readonly ImageBox[];
}

/** The bands a pyramid may have. */
const MAX_BANDS = 4;
/** MiB of decoded blocks that GDAL keeps: the bands of one window, many times. */
const CACHE = '256';

interface ImageCheck {
  readonly image: DeliveredImage;
  readonly path: string;
  readonly declared: Gdal.SpatialReference;
  readonly declaredName: string;
  readonly log: TaskLog;
}

/** An image that could be opened. `faults` are what refuses it. */
interface CheckedImage {
  readonly compared: ComparedImage;
  readonly box: ImageBox | null;
  readonly passed: boolean;
}

/**
 * "Vérification raster" (lifecycle §3): every image is opened and every pixel read, it is placed in the declared
 * reference system, and all have the same bands, type and resolution. The whole delivery is looked at, whatever fails
 * first.
 * @param folder an existing empty folder to lay the delivery out in
 */
export async function rasterCheck(
  upload: { id: string; srs: string; files: readonly DeliveredFile[] },
  folder: string,
  log: TaskLog,
): Promise<RasterCheckResult> {
  gdal.config.set('GDAL_CACHEMAX', CACHE);
  const cli = logFrom(log, 'cli', 255);
  const core = logFrom(log, 'core', 134);
  logFrom(log, 'gpf-check-raster', 7).info('Récupération des fichiers de la livraison');
  cli.info(`Vérification GPFCheckRaster (2.14.0) pour la livraison ${upload.id}`);
  const { images, others } = readImages(upload.files);
  core.info(`${images.length} fichiers à analyser dans la livraison`);
  if (images.length === 0) core.error('Aucune image dans la livraison');
  for (const { path } of others) core.info(`Fichier ignoré : ${path}`);
  for (const { paths } of sharedNames(images)) {
    core.warning(`Plusieurs images portent le même nom : ${paths.join(', ')}`);
  }
  const declared = referenceOf(upload.srs);
  if (declared === null) {
    core.error(`Le SRS déclaré est inconnu : ${upload.srs}`);
    return { passed: false, boxes: [] };
  }
  const paths = await layOutImages(folder, images);
  const boxes: ImageBox[] = [];
  let passed = images.length > 0;
  let reference: ComparedImage | undefined;
  for (const [index, image] of images.entries()) {
    logFrom(log, 'core', 179).info(`Analyse du fichier : ${fileName(image.file.path)}`);
    const path = paths[index] ?? '';
    const checked = await checkImage({ image, path, declared, declaredName: upload.srs, log });
    let sound = checked?.passed === true;
    if (checked !== null) {
      reference ??= checked.compared;
      sound = tellDifferences(checked.compared, reference, log) && sound;
      if (checked.box !== null) boxes.push(checked.box);
    }
    const result = sound ? 'SUCCESS' : 'FAILURE';
    cli.info(`Résultat de la vérification du fichier : ${fileName(image.file.path)} : ${result}`);
    passed &&= sound;
  }
  return { passed, boxes: passed ? boxes : [] };
}

/** @returns whether nothing refuses the delivery */
function tellDifferences(image: ComparedImage, reference: ComparedImage, log: TaskLog): boolean {
  const { faults, warnings } = differences(image, reference);
  const core = logFrom(log, 'core', 179);
  for (const fault of faults) core.error(fault);
  for (const warning of warnings) core.warning(warning);
  return faults.length === 0;
}

/** @returns `null` when the image could not be opened */
async function checkImage(check: ImageCheck): Promise<CheckedImage | null> {
  const { image, path, log } = check;
  const core = logFrom(log, 'core', 179);
  try {
    takeLastMessage();
    const handle = await openImage(image, path);
    try {
      const traits = traitsOf(handle);
      tellTraits(check, traits);
      const { faults, box, resolution } = placeFaults(check, statedReference(handle.srs), traits);
      faults.push(...(await pixelFaults(check, handle, traits)));
      for (const fault of faults) core.error(fault);
      return { compared: { path: image.file.path, traits, resolution }, box, passed: faults.length === 0 };
    } finally {
      handle.close();
    }
  } catch (error) {
    if (!(error instanceof UnreadableDatasetError)) throw error;
    core.error(
      error instanceof ForeignFileError
        ? `L'image ${image.file.path} désigne un autre fichier à lire à sa place : elle est refusée`
        : `Le fichier ${image.file.path} n'est pas un fichier ${image.format} lisible`,
    );
    return null;
  }
}

function tellTraits({ image, log }: ImageCheck, traits: ImageTraits): void {
  const core = logFrom(log, 'core', 179);
  const { width, height, bands, type, compression, nodata } = traits;
  core.info(
    `Image de ${width} x ${height} pixels, ${bands} bande${bands > 1 ? 's' : ''} ${type}, ` +
      `compression : ${compression ?? 'aucune'}, nodata : ${nodataText(nodata)}`,
  );
  if (traits.palette) core.info("L'image a une palette de couleurs");
  if (traits.alpha) core.info('La dernière bande est une transparence');
  if (traits.mask) core.info("L'image a un masque");
  if (traits.pages) core.warning(`Seule la première image du fichier est lue : ${image.file.path}`);
}

/** What refuses the place of an image. */
function placeFaults(
  { image, declared, declaredName, log }: ImageCheck,
  srs: Gdal.SpatialReference | null,
  traits: ImageTraits,
): { faults: string[]; box: ImageBox | null; resolution: ComparedImage['resolution'] } {
  const faults: string[] = [];
  const core = logFrom(log, 'core', 179);
  const { path } = image.file;
  if (srs === null) {
    core.warning(`L'image ${path} ne déclare pas de SRS : celui de la livraison est retenu`);
  } else if (!sameReference(srs, declared)) {
    faults.push(
      `Incohérence avec le SRS du fichier ${path}`,
      `SRS de ${fileName(path)} : ${referenceName(srs) ?? srs.getAttrValue('PROJCS|GEOGCS|LOCAL_CS', 0)}`,
      `SRS déclaré : ${declaredName}`,
    );
  }
  const placement = placementOf(traits);
  if (typeof placement === 'string') {
    faults.push(`L'image ${path} ${placement}`);
    if (traits.geoTransform === null && image.worldFile !== undefined) {
      faults.push(`Le fichier ${image.worldFile.path} n'est pas un fichier de géoréférencement lisible`);
    }
    return { faults, box: null, resolution: null };
  }
  const { box, resolution } = placement;
  core.info(`Résolution : ${resolution.join(' x ')}, emprise : ${box.join(', ')}`);
  if (!isOnEarth(box, declared)) faults.push(`L'emprise de l'image ${path} sort du domaine du SRS ${declaredName}`);
  return { faults, box, resolution };
}

/** What refuses the pixels of an image; they are read only when their type is one that a pyramid can have. */
async function pixelFaults({ image, path }: ImageCheck, handle: Gdal.Dataset, traits: ImageTraits): Promise<string[]> {
  const name = image.file.path;
  if (traits.bands > MAX_BANDS || traits.bands === 0) {
    return [`L'image ${name} a ${traits.bands} bandes : de 1 à ${MAX_BANDS} sont attendues`];
  }
  if (!PIXEL_TYPES.includes(traits.type)) {
    return [`L'image ${name} a des pixels ${traits.type} : ${PIXEL_TYPES.join(', ')} sont attendus`];
  }
  const size = sizeFault(traits, image.file.size);
  if (size !== null) return [`L'image ${name} ${size}`];
  const fault = await readPixels(handle, traits);
  if (fault === null) return [];
  const where = `ligne ${fault.row}, colonne ${fault.column}, bande ${fault.band}`;
  return [`L'image ${name} est illisible à partir de la ${where} : ${fault.message.replaceAll(path, fileName(name))}`];
}
