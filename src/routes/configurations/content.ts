import type { Static } from 'typebox';
import type { ConfigurationContent } from '../../domain/configuration-types/definition.js';
import { definitionOf } from '../../domain/configuration-types/index.js';
import type { ConfigurationBody } from '../../domain/configurations.js';
import { assertTypeInfos } from '../type-infos.js';
import type { CreateBody, ReplaceBody } from './schema.js';

type Body = Static<typeof CreateBody> | Static<typeof ReplaceBody>;

/**
 * The body of a creation or replacement, its `type_infos` read by the schema of its type.
 * @throws ApiError bad_request naming the faulty fields, not_implemented for a type that cannot be published yet
 */
export function readConfiguration(body: Body): ConfigurationBody {
  const { attribution, metadata } = body;
  return {
    name: body.name,
    content: readContent(body),
    attribution: Object.keys(attribution ?? {}).length === 0 ? undefined : (attribution ?? undefined),
    metadata: (metadata ?? []).length === 0 ? undefined : (metadata ?? undefined),
  };
}

function readContent({ type, type_infos }: Body): ConfigurationContent {
  assertTypeInfos(definitionOf(type).schema, type_infos);
  return { type, typeInfos: type_infos };
}
