import { Type } from 'typebox';
import { METADATA_LEVELS } from '../../ogc/iso/metadata.js';
import { METADATA_TYPES } from '../../domain/metadata.js';
import { PageQuery, SortQuery } from '../lists.js';
import { FreeObject, Instant, LooseBoolean, Tags, Uuid } from '../schemas.js';

const MetadataType = Type.Enum([...METADATA_TYPES]);
const MetadataLevel = Type.Enum([...METADATA_LEVELS]);

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const MetadataParams = Type.Object({ datastore: Uuid, metadata: Uuid });

/** What comes with the file of a creation, in form parts or in the query (SDK, QGIS plugin, web application). */
export const MetadataForm = Type.Object({
  type: Type.Optional(MetadataType),
  open_data: Type.Optional(LooseBoolean),
});

export const ListQuery = Type.Object({
  ...PageQuery.properties,
  ...SortQuery.properties,
  type: Type.Optional(MetadataType),
  level: Type.Optional(MetadataLevel),
  file_identifier: Type.Optional(
    Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' }),
  ),
  open_data: Type.Optional(Type.Boolean()),
});

export const PatchBody = Type.Object(
  {
    type: Type.Optional(MetadataType),
    open_data: Type.Optional(LooseBoolean),
    extra: Type.Optional(FreeObject),
  },
  { title: 'MetadataUpdateDto' },
);

export const PublicationBody = Type.Object(
  {
    file_identifiers: Type.Array(Type.String(), { minItems: 1, maxItems: 1000, uniqueItems: true }),
    endpoint: Uuid,
  },
  { title: 'MetadataPublicationDto' },
);

export const MetadataDetail = Type.Object(
  {
    _id: Uuid,
    creation: Instant,
    update: Instant,
    type: MetadataType,
    open_data: Type.Boolean(),
    level: MetadataLevel,
    file_identifier: Type.String(),
    tags: Tags,
    endpoints: Type.Array(
      Type.Object(
        { _id: Uuid, creation: Instant, update: Instant, name: Type.String() },
        { title: 'EndpointListResponseDto' },
      ),
    ),
    extra: Type.Optional(FreeObject),
  },
  { title: 'MetadataStandardResponseDto' },
);
