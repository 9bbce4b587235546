import type { FastifyRequest } from 'fastify';
import { type TObject, type TProperties, type TSchema, Type } from 'typebox';
import type { RouteRight } from '../../domain/access.js';
import { placeOf, type PlacedDatastore, type Scope, type ScopeFilters } from '../../domain/scope.js';
import { presentOptional } from '../present.js';
import { Uuid } from '../schemas.js';

/**
 * Lists that look beyond one datastore exist twice, with the same items: those of an organization, for its members,
 * and those of the whole platform, for administrators. A level says what the two do not share.
 */
export interface Level {
  readonly right: RouteRight;
  /** Tag of its routes in the OpenAPI document. */
  readonly tag: string;
  /** In operation ids: `listOrganizationUploads`. */
  readonly name: string;
  /** In summaries, after the plural of the family. */
  readonly label: string;
  readonly params: TObject;
  /** Filters that narrow the level to some of its datastores. */
  readonly filters: TProperties;
  readonly scope: (request: FastifyRequest) => Scope;
}

const inCommunity = { community: Type.Optional(Uuid), datastore: Type.Optional(Uuid) };

export const ORGANIZATION: Level = {
  right: 'organization',
  tag: 'Organismes',
  name: 'Organization',
  label: "d'un organisme",
  params: Type.Object({ organization: Uuid }),
  filters: inCommunity,
  scope: ({ params, query }) => {
    const { community, datastore } = query as ScopeFilters;
    return { organization: (params as { organization: string }).organization, within: { community, datastore } };
  },
};

export const PLATFORM: Level = {
  right: 'administrator',
  tag: 'Accès administrateur',
  name: 'Platform',
  label: 'de la plateforme',
  params: Type.Object({}),
  filters: { organization: Type.Optional(Uuid), ...inCommunity },
  scope: ({ query }) => {
    const { organization, community, datastore } = query as ScopeFilters;
    return { platform: true, within: { organization, community, datastore } };
  },
};

/** Where administrators read one entity. */
export const WHOLE_PLATFORM: Scope = { platform: true };

/** The query of a list at a level: that of the datastore's list, and the filters of the level. */
export function levelQuery<Filters extends TProperties>(level: Level, filters: Filters): TObject<Filters> {
  return Type.Object({ ...level.filters, ...filters });
}

const PlaceSchema = Type.Object({ organization: Type.Optional(Uuid), community: Uuid, datastore: Uuid });

/** An entity's schema with where it lives beside. */
export function withPlace<Entity extends TSchema>(entity: Entity, title?: string) {
  return Type.Intersect([entity, PlaceSchema], title === undefined ? {} : { title });
}

/** A presented entity with where it lives beside. */
export function presentInPlace<Entity extends object>(entity: Entity, datastore: PlacedDatastore) {
  const { organization, ...place } = placeOf(datastore);
  return { ...entity, ...place, ...presentOptional({ organization }) };
}
