import { parseFiniteNumber } from '../../geo/bbox.js';
import type { Place } from './model.js';

/** Requests of elevations, in the query of a GET or the JSON body of a POST (spec diffusion §10.1). */

/** A refusal, with the code and the French sentence of its document. */
export class AltimetryError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'AltimetryError';
  }
}

/** There is no such resource. */
export function unknownResource(status: 400 | 404, name: string): AltimetryError {
  return new AltimetryError(
    status,
    status === 404 ? 'NOT_FOUND' : 'BAD_PARAMETER',
    `La ressource "${name}" n'existe pas.`,
  );
}

/** How answers are written. */
export const FORMATS = ['json', 'xml'] as const;
export type AltimetryFormat = (typeof FORMATS)[number];

export interface ElevationRequest {
  readonly resource: string;
  readonly places: readonly Place[];
  readonly indent: boolean;
  readonly measures: boolean;
  /** Only the elevations, without their places. */
  readonly zonly: boolean;
}

export interface ProfileRequest extends ElevationRequest {
  /** Points of the profile; `null`: those of the request. */
  readonly sampling: number | null;
}

/** Most places of a request, and most points that a profile may be asked for. */
const MAX_PLACES = 5000;

const DELIMITERS = ['|', ';', ','];

/** Members as they came: texts, lists for repeated parameters, anything from a body. */
export type RawParameters = Readonly<Record<string, unknown>>;

/** @throws AltimetryError BAD_PARAMETER with the first fault */
export function readElevationRequest(raw: RawParameters): ElevationRequest {
  const read = new Parameters(raw);
  const resource = read.required('resource');
  const delimiter = read.oneOf('delimiter', DELIMITERS, '|');
  const longitudes = read.numbers('lon', delimiter, 180);
  const latitudes = read.numbers('lat', delimiter, 90);
  if (longitudes.length !== latitudes.length) {
    throw bad(
      `Les paramètres "lon" et "lat" doivent avoir autant de valeurs : ${longitudes.length} et ${latitudes.length} sont données.`,
    );
  }
  return {
    resource,
    places: longitudes.map((lon, at) => ({ lon, lat: latitudes[at] ?? 0 })),
    indent: read.boolean('indent'),
    measures: read.boolean('measures'),
    zonly: read.boolean('zonly'),
  };
}

/** @throws AltimetryError BAD_PARAMETER with the first fault */
export function readProfileRequest(raw: RawParameters): ProfileRequest {
  const request = readElevationRequest(raw);
  if (request.places.length < 2) throw bad('Un profil demande au moins deux points.');
  const read = new Parameters(raw);
  const mode = read.oneOf('profile_mode', ['simple', 'accurate'], 'simple');
  const asked = read.text('sampling');
  const points = asked === undefined ? request.places.length : Number(asked);
  if (!/^\d+$/.test(asked ?? '2') || points < 2 || points > MAX_PLACES) {
    throw bad(`Le paramètre "sampling" doit être un entier de 2 à ${MAX_PLACES}.`);
  }
  const isAsGiven = asked === undefined && mode === 'simple';
  return { ...request, sampling: isAsGiven ? null : mode === 'accurate' ? 2 * points : points };
}

function bad(message: string): AltimetryError {
  return new AltimetryError(400, 'BAD_PARAMETER', message);
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };

class Parameters {
  constructor(private readonly raw: RawParameters) {}

  /** A text, or what a body has in its place that can be written as one; an empty one is absent. */
  text(name: string): string | undefined {
    const value = Object.hasOwn(this.raw, name) ? this.raw[name] : undefined;
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw bad(
      Array.isArray(value)
        ? `Le paramètre "${name}" doit être donné une seule fois, en texte.`
        : `Le paramètre "${name}" doit être un texte.`,
    );
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw bad(`Le paramètre "${name}" est obligatoire.`);
    return value;
  }

  oneOf(name: string, values: readonly string[], otherwise: string): string {
    const value = this.text(name) ?? otherwise;
    if (!values.includes(value)) throw bad(`Le paramètre "${name}" doit être l'une des valeurs : ${values.join(' ')}.`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.text(name)?.toLowerCase() ?? 'false';
    const read = Object.hasOwn(BOOLEANS, value) ? BOOLEANS[value] : undefined;
    if (read === undefined) throw bad(`Le paramètre "${name}" doit être true ou false.`);
    return read;
  }

  /** @param limit the largest absolute value */
  numbers(name: string, delimiter: string, limit: number): number[] {
    // Not all of them: a body may hold millions.
    const values = this.required(name).split(delimiter, MAX_PLACES + 1);
    if (values.length > MAX_PLACES) throw bad(`Le paramètre "${name}" compte plus de ${MAX_PLACES} valeurs.`);
    return values.map((text, at) => {
      const value = parseFiniteNumber(text);
      if (value !== null && Math.abs(value) <= limit) return value;
      throw bad(`La valeur ${at + 1} du paramètre "${name}" doit être un nombre de -${limit} à ${limit}.`);
    });
  }
}
