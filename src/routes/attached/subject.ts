import type { FastifyRequest } from 'fastify';
import { type TObject, Type } from 'typebox';
import type { CommunityRight } from '../../domain/access.js';
import { Uuid } from '../schemas.js';

/**
 * Tags, events and comments hang on uploads, stored data and configurations in the same way (lifecycle.md §1.3), and
 * so do sharings on uploads, stored data and offerings: each family registers their routes with what is particular to
 * it.
 */
export interface Subject<Entity extends string = 'upload' | 'stored_data' | 'configuration'> {
  readonly entity: Entity;
  /** Right that changing them asks; reading asks `member`. */
  readonly right: CommunityRight;
  /** Tag of the family in the OpenAPI document. */
  readonly tag: string;
  /** In operation ids: `Upload`. */
  readonly name: string;
  /** In summaries, with its article: « une livraison ». */
  readonly label: string;
  /** The entity, presented. @throws ApiError not_found unless it belongs to the datastore of the path */
  readonly read: (request: FastifyRequest, id: string) => Promise<object>;
}

/** Parameters of a path below `/datastores/:datastore/<family>/:<entity>`. */
export function subjectParams<Entity extends string, More extends Record<string, typeof Uuid>>(
  entity: Entity,
  more: More,
) {
  return Type.Object({ datastore: Uuid, [entity]: Uuid, ...more }) as TObject<
    { datastore: typeof Uuid } & Record<Entity, typeof Uuid> & More
  >;
}

/** The subject of a request, as domain functions want it. */
export function subjectOf<Entity extends string>(
  request: FastifyRequest,
  { entity }: Subject<Entity>,
): { entity: Entity; id: string } {
  const id = (request.params as Record<string, string | undefined>)[entity];
  if (id === undefined) throw new Error(`${request.routeOptions.url} has no parameter ${entity}`);
  return { entity, id };
}
