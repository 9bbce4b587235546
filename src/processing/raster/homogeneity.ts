import type { ImageTraits } from './traits.js';

/** An image of a delivery as the others are compared with it. */
export interface ComparedImage {
  readonly path: string;
  readonly traits: Pick<ImageTraits, 'bands' | 'type' | 'palette' | 'alpha' | 'nodata'>;
  /** `null` for an image that is nowhere. */
  readonly resolution: readonly [x: number, y: number] | null;
}

/** Relative gap of resolution that two images of a delivery may have. */
const RESOLUTION_TOLERANCE = 0.01;

/** What differs between an image and the one of reference: `faults` refuse the delivery, `warnings` do not. */
export function differences(
  image: ComparedImage,
  reference: ComparedImage,
): { readonly faults: readonly string[]; readonly warnings: readonly string[] } {
  const [mine, theirs] = [image.traits, reference.traits];
  const faults: string[] = [];
  const warnings: string[] = [];
  const told = (what: string, own: string, other: string) =>
    `${what} : ${image.path} ${own}, ${reference.path} (référence) ${other}`;
  if (mine.bands !== theirs.bands) faults.push(told('Nombre de bandes différent', `${mine.bands}`, `${theirs.bands}`));
  if (mine.type !== theirs.type) faults.push(told('Type de pixel différent', mine.type, theirs.type));
  const colours = ({ palette }: ComparedImage['traits']) => (palette ? 'palette' : 'sans palette');
  if (mine.palette !== theirs.palette) faults.push(told('Couleurs différentes', colours(mine), colours(theirs)));
  if (image.resolution !== null && reference.resolution !== null && hasGap(image.resolution, reference.resolution)) {
    const gap = told('Écart de résolution', image.resolution.join(' x '), reference.resolution.join(' x '));
    faults.push(`${gap} (tolérance ${RESOLUTION_TOLERANCE * 100} %)`);
  }
  const band = ({ alpha }: ComparedImage['traits']) => (alpha ? 'transparence' : 'couleur');
  if (mine.bands === theirs.bands && mine.alpha !== theirs.alpha) {
    warnings.push(told('Dernière bande différente', band(mine), band(theirs)));
  }
  if (!Object.is(mine.nodata, theirs.nodata)) {
    warnings.push(told('Valeur nodata différente', nodataText(mine.nodata), nodataText(theirs.nodata)));
  }
  return { faults, warnings };
}

/** As logs write it. */
export function nodataText(nodata: number | null): string {
  return nodata === null ? 'aucune' : String(nodata);
}

function hasGap(mine: readonly [number, number], theirs: readonly [number, number]): boolean {
  return ([0, 1] as const).some((axis) => Math.abs(mine[axis] / theirs[axis] - 1) > RESOLUTION_TOLERANCE);
}
