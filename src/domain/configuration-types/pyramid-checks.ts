import { tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import type { RasterPyramidInfos, VectorPyramidInfos } from '../outcomes.js';
import type { HeldEntities, HeldStatic } from './definition.js';

/** What the configuration types that publish pyramids check (spec diffusion §2.3). */

/** A pyramid that a configuration names, with the levels it takes of it. */
export interface UsedPyramid {
  /** Id in lower case, as the registry has it. */
  readonly storedDataId: string;
  /** Finest level. */
  readonly bottom: string;
  /** Coarsest level. */
  readonly top: string;
  /** `type_infos.used_data[0]`. */
  readonly path: string;
}

/** A pyramid with its levels in the order of its tile matrix set, and which of them it gives. */
interface LevelRange {
  readonly path: string;
  readonly tms: string;
  /** What its tiles are, for people: `ROK4-PYRAMID-RASTER`, `PNG`, `UINT8`, `3 canaux`. */
  readonly format: string;
  /** Ids. */
  readonly levels: readonly string[];
}

/** The ids of the levels from `top` to `bottom`, coarsest first, both included; empty when they are the wrong way round. */
export function levelsBetween(tms: string, top: string, bottom: string): string[] {
  const ids =
    tileMatrixSets()
      .get(tms)
      ?.levels.map(({ id }) => id) ?? [];
  return ids.slice(ids.indexOf(top), ids.indexOf(bottom) + 1);
}

/** A sentence per fault: levels that the pyramid lacks, ranges that overlap, pyramids that do not go together. */
export function pyramidFaults(used: readonly UsedPyramid[], held: HeldEntities): string[] {
  const faults: string[] = [];
  const ranges = used.flatMap((pyramid) => readRange(pyramid, held, faults) ?? []);
  for (const [index, range] of ranges.entries()) {
    for (const former of ranges.slice(0, index)) faults.push(...mismatches(former, range));
  }
  return faults;
}

function readRange(used: UsedPyramid, held: HeldEntities, faults: string[]): LevelRange | undefined {
  const { storedDataId, path, top, bottom } = used;
  const data = held.storedData.get(storedDataId);
  const infos = data?.typeInfos as VectorPyramidInfos | RasterPyramidInfos | null | undefined;
  if (data === undefined || infos === null || infos === undefined) return undefined;
  const absent = (['bottom', 'top'] as const).filter((end) => !infos.levels.includes(used[end]));
  for (const end of absent) {
    faults.push(
      `${path}.${end}_level : le niveau "${used[end]}" n'existe pas dans la pyramide ${storedDataId} (niveaux : ${infos.levels.join(', ')}).`,
    );
  }
  if (absent.length > 0) return undefined;
  const levels = levelsBetween(infos.tms, top, bottom);
  if (levels.length === 0) {
    faults.push(`${path} : le niveau du haut "${top}" est plus détaillé que celui du bas "${bottom}".`);
    return undefined;
  }
  return { path, tms: infos.tms, format: [data.type, ...describePixels(infos)].join(', '), levels };
}

function describePixels(infos: VectorPyramidInfos | RasterPyramidInfos): string[] {
  if (!('compression' in infos)) return [];
  const { compression, channels_format, channels_number: channels } = infos;
  return [compression, channels_format, channels === 1 ? '1 canal' : `${channels} canaux`];
}

function mismatches(one: LevelRange, other: LevelRange): string[] {
  const where = `${one.path} et ${other.path}`;
  const faults: string[] = [];
  if (one.tms !== other.tms) {
    faults.push(`${where} : les pyramides doivent avoir le même découpage (${one.tms} et ${other.tms}).`);
  } else {
    const shared = one.levels.filter((level) => other.levels.includes(level));
    if (shared.length > 0)
      faults.push(`${where} : les niveaux ${shared.join(', ')} sont pris dans les deux pyramides.`);
  }
  if (one.format !== other.format) {
    faults.push(`${where} : les pyramides doivent avoir le même format (${one.format} et ${other.format}).`);
  }
  return faults;
}

/** A sentence per fault of the styles of a layer of tiles. @param ids in the order of the layer, in lower case */
export function tileStyleFaults(ids: readonly string[], held: HeldEntities): string[] {
  const files = ids.flatMap((id) => held.statics.get(id) ?? []);
  const faults = files
    .filter((file) => file.type !== 'ROK4-STYLE')
    .map(
      (file) => `type_infos.styles : le fichier statique ${file.id} est de type ${file.type} au lieu de ROK4-STYLE.`,
    );
  const identifiers = files.filter((file) => file.type === 'ROK4-STYLE').map(identifierOf);
  const twice = new Set(identifiers.filter((identifier, index) => identifiers.indexOf(identifier) !== index));
  faults.push(...[...twice].map((name) => `type_infos.styles : plusieurs styles ont l'identifiant "${name}".`));
  const isVector = [...held.storedData.values()].some(({ type }) => type === 'ROK4-PYRAMID-VECTOR');
  if (isVector && ids.length > 0) faults.push('type_infos.styles : une pyramide vecteur ne prend pas de style ROK4.');
  return faults;
}

function identifierOf({ typeInfos }: HeldStatic): string {
  return (typeInfos as { identifier: string }).identifier;
}

/** A sentence when the server that values are asked for has no address that can be called. */
export function featureInfoFaults(asked: { readonly server_url: string } | object | undefined): string[] {
  if (asked === undefined || !('server_url' in asked)) return [];
  const url = URL.canParse(asked.server_url) ? new URL(asked.server_url) : null;
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === ''
    ? []
    : [
        'Le champ "type_infos.getfeatureinfo.server_url" doit être une adresse http ou https, sans identifiant ni mot de passe.',
      ];
}
