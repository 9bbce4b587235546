import type { TSchema } from 'typebox';
import type { Deps } from '../../deps.js';
import type { Db } from '../database.js';
import type { EndpointService, PublicUrl } from '../offering-urls.js';

/** What the emulator has to know of a configuration type: one module each, and the table of index.ts over them. */

/** Every configuration type of the platform (spec diffusion §2.1). */
export const CONFIGURATION_TYPES = [
  'WMS-VECTOR',
  'WFS',
  'WMTS-TMS',
  'WMS-RASTER',
  'DOWNLOAD',
  'ITINERARY-ISOCURVE',
  'ALTIMETRY',
  'SEARCH',
  'VECTOR-TMS',
] as const;
export type ConfigurationType = (typeof CONFIGURATION_TYPES)[number];

/** A configuration's type with its content, whose shape is that of the type's schema. */
export interface ConfigurationContent {
  readonly type: ConfigurationType;
  readonly typeInfos: object;
}

/** The entities a configuration uses: ids, each once, in lower case as the registry has them. */
export interface UsedEntities {
  readonly storedDataIds: readonly string[];
  readonly staticIds: readonly string[];
}

/** A stored data that a configuration names, kept from deletion while it is checked. */
export interface HeldStoredData {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly extent: unknown;
  /** Of the shape that its type has (src/domain/outcomes.ts). */
  readonly typeInfos: unknown;
}

/** A static file that a configuration names. */
export interface HeldStatic {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** What was read in it (src/domain/static-files.ts). */
  readonly typeInfos: unknown;
}

/** What a configuration names, by id: all of it is there and of the types that it may use. */
export interface HeldEntities {
  readonly storedData: ReadonlyMap<string, HeldStoredData>;
  readonly statics: ReadonlyMap<string, HeldStatic>;
}

/** What an offering shows: its configuration as it is now. */
export interface PublicationRequest<TypeInfos extends object = object> {
  readonly offeringId: string;
  readonly layerName: string;
  readonly typeInfos: TypeInfos;
  readonly attribution: ConfigurationAttribution | null;
  readonly metadata: readonly ConfigurationMetadata[];
}

/** Who the data are of, as configurations write it. */
export interface ConfigurationAttribution {
  readonly title: string;
  readonly url: string;
  readonly logo?: { readonly format: string; readonly url: string; readonly width: number; readonly height: number };
}

/** A document about the data, as configurations write it. */
export interface ConfigurationMetadata {
  readonly format: string;
  readonly url: string;
  readonly type: string;
}

export type PublicationDeps = Pick<Deps, 'prisma' | 'pool' | 'storage'>;

/** Why a configuration cannot be published now; the message is a French sentence for the producer. */
export class PublicationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PublicationError';
  }
}

/** A configuration type that can be published. */
export interface ConfigurationTypeDefinition {
  /** Shape of `type_infos`; all the `typeInfos` below have it. */
  readonly schema: TSchema;
  /** Types of the stored data it publishes. */
  readonly storedDataTypes: readonly string[];
  /** The entities that the content names. */
  uses(typeInfos: object): UsedEntities;
  /** What is wrong with the content, given what it names: a French sentence per fault (spec diffusion §2.3). */
  faults(typeInfos: object, held: HeldEntities): string[];
  /** What is accepted though it is probably a mistake: a French sentence each. */
  notices?(db: Db, typeInfos: object): Promise<string[]>;
  /**
   * The addresses of an offering, in the exact texts clients parse (spec diffusion §3).
   * @param services of the endpoint, in its order
   */
  urls(typeInfos: object, layerName: string, services: readonly EndpointService[]): PublicUrl[];
  /**
   * Makes the publication of an offering: plain JSON, the snapshot of its configuration and of the data it names.
   * Services read nothing else, so that a change of the configuration or of the structure of the data stays unseen
   * until the next synchronisation (spec diffusion §3), while a change of the data is seen at once.
   * @throws PublicationError when something that it needs is missing
   */
  publish(deps: PublicationDeps, request: PublicationRequest): Promise<object>;
}
