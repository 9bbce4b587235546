import { type TileMatrixSet, tileMatrixSets } from '../catalogue/tile-matrix-sets.js';
import { HARVEST_FORMATS, OWN_PARAMETERS, readExtras, type WmsService } from '../processing/harvest/wms-request.js';
import { findLevel, type PyramidDescriptor } from '../pyramid/descriptor.js';
import { rasterFormat } from '../pyramid/formats.js';
import { type Area, AreaError, readArea } from './area.js';

/** Parameters of the harvest of a WMS (lifecycle §4.8), beyond the constraints of each. */

export interface Harvest {
  readonly service: WmsService;
  readonly area: Area;
  readonly tms: string;
  readonly bottom: string;
  readonly top: string;
  /** Ids of the levels that are asked of the service, bottom first. */
  readonly levels: readonly string[];
  /** In small letters, as the API has it. */
  readonly compression: string;
  readonly sample: 'UINT8' | 'FLOAT32';
  readonly channels: number;
  /** A number a channel. */
  readonly nodata: readonly number[];
  /** Largest map, pixels. */
  readonly dimensions: { readonly width: number; readonly height: number };
  /** Answers with fewer bytes are empty. */
  readonly threshold: number;
}

type Parameters = Readonly<Record<string, unknown>>;

/** Maps that services commonly give. */
const DEFAULT_DIMENSIONS = [2048, 2048];
const MAX_DIMENSION = 8192;

/**
 * Reads the parameters of a harvest.
 * @param updated the pyramid that is updated, or `null` for a first generation
 * @returns the French sentences of all that is wrong with them, when something is
 */
export function readHarvest(
  parameters: Parameters,
  updated: PyramidDescriptor | null,
): { harvest: Harvest } | { faults: string[] } {
  const faults: string[] = [];
  const service = readService(parameters, faults);
  const area = readHarvestArea(parameters.harvest_area, faults);
  const inherited = inheritedParameters(parameters, updated, faults);
  const pixels = readPixels(parameters, inherited, faults);
  const set = readSet(inherited.tms, faults);
  const levels = set === null ? null : readLevels(levelsFor(set, updated), parameters, faults);
  const dimensions = readDimensions(parameters.harvest_dimensions, faults);
  if (faults.length > 0 || area === null || levels === null || set === null) return { faults };
  const { harvest_threshold: threshold } = parameters;
  return {
    harvest: {
      ...{ service, area, tms: set.id, ...levels, ...pixels, dimensions },
      threshold: typeof threshold === 'number' ? threshold : 0,
    },
  };
}

function readService(parameters: Parameters, faults: string[]): WmsService {
  const { harvest_url: url, harvest_layers: layers, harvest_format: format, harvest_extras: extras } = parameters;
  faults.push(...urlFaults(String(url)));
  if (String(layers).trim() === '') faults.push('Le paramètre "harvest_layers" est vide.');
  const added = typeof extras === 'string' ? readExtras(extras) : [];
  const taken = added.map(([name]) => name).filter((name) => OWN_PARAMETERS.has(name.toLowerCase()));
  if (taken.length > 0) {
    faults.push(`Le paramètre "harvest_extras" ne peut pas donner ${taken.join(', ')} : le moissonnage le fait.`);
  }
  return { url: String(url), layers: String(layers), format: String(format), extras: added };
}

function urlFaults(text: string): string[] {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return ['Le paramètre "harvest_url" doit être une URL http ou https.'];
  }
  if (url.username === '' && url.password === '') return [];
  return ['Le paramètre "harvest_url" ne peut pas contenir d\'identifiants.'];
}

function readHarvestArea(text: unknown, faults: string[]): Area | null {
  try {
    return readArea(String(text), 'harvest_area');
  } catch (error) {
    if (!(error instanceof AreaError)) throw error;
    faults.push(error.message);
    return null;
  }
}

interface Inherited {
  readonly tms: unknown;
  readonly compression: unknown;
  readonly sampleformat: unknown;
  readonly samplesperpixel: unknown;
  /** As a descriptor has it; `null` for a first generation. */
  readonly nodata: string | null;
}

/** What an update takes from the pyramid, and must not change. */
function inheritedParameters(parameters: Parameters, updated: PyramidDescriptor | null, faults: string[]): Inherited {
  const { tms, compression, sampleformat, samplesperpixel } = parameters;
  if (updated === null) {
    for (const [name, value] of Object.entries({ tms, compression })) {
      if (value === undefined) faults.push(`Le paramètre "${name}" est obligatoire pour une première génération.`);
    }
    return { tms, compression, sampleformat, samplesperpixel, nodata: null };
  }
  const { raster_specifications: raster, tile_matrix_set: ownTms } = updated;
  const format = rasterFormat(updated.format);
  if (raster === undefined || format === undefined) {
    faults.push("La pyramide à mettre à jour n'est pas une pyramide raster.");
    return { tms, compression, sampleformat, samplesperpixel, nodata: null };
  }
  if (format.encoding === 'LZW' || format.encoding === 'PKB') {
    faults.push(`Les pyramides au format ${updated.format} ne peuvent pas être mises à jour.`);
  }
  const own = {
    tms: ownTms,
    compression: format.encoding.toLowerCase(),
    sampleformat: format.sample,
    samplesperpixel: raster.channels,
  };
  for (const [name, value] of Object.entries(own)) {
    if (parameters[name] === undefined || parameters[name] === value) continue;
    faults.push(`Le paramètre "${name}" vaut ${value} dans la pyramide mise à jour et ne peut pas changer.`);
  }
  return { ...own, nodata: raster.nodata };
}

function readPixels(parameters: Parameters, inherited: Inherited, faults: string[]) {
  const format = HARVEST_FORMATS.get(String(parameters.harvest_format));
  const sample = readSample(inherited.sampleformat, format?.samples ?? ['UINT8']);
  const channels = Number(inherited.samplesperpixel ?? (sample === 'FLOAT32' ? 1 : 3));
  const compression = String(inherited.compression);
  if (format !== undefined && !format.samples.includes(sample)) {
    faults.push(`Le format ${String(parameters.harvest_format)} ne porte pas de canaux ${sample}.`);
  }
  if (format?.coding === 'bil' && channels !== 1) {
    faults.push('Le format image/x-bil;bits=32 porte un seul canal ("samplesperpixel").');
  }
  if (inherited.compression !== undefined) {
    if (rasterFormat(`TIFF_${compression.toUpperCase()}_${sample}`) === undefined) {
      faults.push(
        `La compression ${compression} ne convient pas à des canaux ${sample} : zip et raw leur conviennent.`,
      );
    }
    if (compression.startsWith('jpg') && channels !== 3) {
      faults.push(`La compression ${compression} demande 3 canaux ("samplesperpixel").`);
    }
  }
  const nodata = readNodata(parameters.nodata ?? inherited.nodata?.split(','), { sample, channels }, faults);
  if (inherited.nodata !== null && nodata.join() !== inherited.nodata) {
    faults.push(`Le paramètre "nodata" vaut ${inherited.nodata} dans la pyramide mise à jour et ne peut pas changer.`);
  }
  return { sample, channels, compression, nodata };
}

function readSample(sampleformat: unknown, samples: readonly ('UINT8' | 'FLOAT32')[]): 'UINT8' | 'FLOAT32' {
  if (sampleformat === 'UINT8' || sampleformat === 'FLOAT32') return sampleformat;
  return samples[0] ?? 'UINT8';
}

/** Numbers that clients may send as texts; one stands for every channel. */
function readNodata(
  value: unknown,
  { sample, channels }: { sample: 'UINT8' | 'FLOAT32'; channels: number },
  faults: string[],
): number[] {
  if (!Array.isArray(value)) return Array.from({ length: channels }, (_, at) => defaultNodata(sample, channels, at));
  const numbers = value.map((item: unknown) => (typeof item === 'string' && item.trim() === '' ? NaN : Number(item)));
  if (numbers.length !== 1 && numbers.length !== channels) {
    faults.push(`Le paramètre "nodata" doit contenir 1 ou ${channels} valeurs.`);
  }
  const suits = (one: number) => Number.isInteger(one) && (sample === 'FLOAT32' || (one >= 0 && one <= 255));
  if (!numbers.every(suits)) {
    faults.push(`Le paramètre "nodata" doit contenir des entiers${sample === 'UINT8' ? ' de 0 à 255' : ''}.`);
  }
  return Array.from({ length: channels }, (_, at) => numbers[at] ?? numbers[0] ?? 0);
}

/** The last channel of an even number is transparency. */
function defaultNodata(sample: 'UINT8' | 'FLOAT32', channels: number, at: number): number {
  if (sample === 'FLOAT32') return -99999;
  return channels % 2 === 0 && at === channels - 1 ? 0 : 255;
}

function readSet(tms: unknown, faults: string[]): TileMatrixSet | null {
  if (typeof tms !== 'string') return null;
  const set = tileMatrixSets().get(tms);
  if (set === undefined) faults.push(`Le TMS ${tms} du paramètre "tms" n'existe pas.`);
  return set ?? null;
}

interface Levels {
  /** Ids, top first. */
  readonly ids: readonly string[];
  /** Where they are, in French. */
  readonly where: string;
}

/** An update makes levels that its pyramid has. */
function levelsFor(set: TileMatrixSet, updated: PyramidDescriptor | null): Levels {
  const ids = set.levels.map(({ id }) => id);
  if (updated === null) return { ids, where: `dans le TMS ${set.id}` };
  return { ids: ids.filter((id) => findLevel(updated, id) !== undefined), where: 'dans la pyramide mise à jour' };
}

function readLevels(
  { ids, where }: Levels,
  { bottom, top, harvest_levels: harvested }: Parameters,
  faults: string[],
): Pick<Harvest, 'bottom' | 'top' | 'levels'> | null {
  const levels = Array.isArray(harvested) ? harvested.map(String) : [];
  const bottomId = String(bottom);
  const topId = typeof top === 'string' || typeof top === 'number' ? String(top) : (ids[0] ?? '');
  const asked = [['bottom', bottomId], ['top', topId], ...levels.map((id) => ['harvest_levels', id])] as const;
  const unknown = asked.filter(([, id = '']) => !ids.includes(id));
  for (const [name, id] of unknown) faults.push(`Le niveau ${id} du paramètre "${name}" n'existe pas ${where}.`);
  if (unknown.length > 0) return null;
  const ranks = levels.map((id) => ids.indexOf(id));
  if (ranks.some((rank, at) => at > 0 && rank >= (ranks[at - 1] ?? 0))) {
    faults.push('Le paramètre "harvest_levels" doit donner les niveaux du bas vers le haut, chacun une fois.');
  }
  if (levels[0] !== bottomId) {
    faults.push('Le niveau du paramètre "bottom" doit être le premier de "harvest_levels".');
  }
  if (ids.indexOf(topId) > Math.min(ids.indexOf(bottomId), ...ranks)) {
    faults.push('Le niveau du paramètre "top" ne peut pas être sous ceux de "bottom" et de "harvest_levels".');
  }
  return { bottom: bottomId, top: topId, levels };
}

function readDimensions(value: unknown, faults: string[]): Harvest['dimensions'] {
  const [width = 0, height = 0] = Array.isArray(value) ? value.map(Number) : DEFAULT_DIMENSIONS;
  if (![width, height].every((side) => side >= 1 && side <= MAX_DIMENSION)) {
    faults.push(`Le paramètre "harvest_dimensions" doit contenir deux entiers de 1 à ${MAX_DIMENSION}.`);
  }
  return { width, height };
}
