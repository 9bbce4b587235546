import { Type } from 'typebox';
import { STATIC_TYPES } from '../../domain/statics.js';
import { PageQuery, SortQuery } from '../lists.js';
import { FreeObject, Instant, Uuid } from '../schemas.js';

const StaticType = Type.Enum([...STATIC_TYPES]);
const Name = Type.String({ minLength: 1, maxLength: 255 });
const Description = Type.String({ maxLength: 10_000 });

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const StaticParams = Type.Object({ datastore: Uuid, static: Uuid });

/** What comes with the file of a creation, as form parts (QGIS plugin, web application) or in the query (SDK). */
export const StaticForm = Type.Object({
  type: StaticType,
  name: Name,
  description: Type.Optional(Description),
});

export const CreateQuery = Type.Partial(StaticForm);

export const ListQuery = Type.Object({
  ...PageQuery.properties,
  ...SortQuery.properties,
  type: Type.Optional(StaticType),
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
});

export const PatchBody = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(Description),
    extra: Type.Optional(FreeObject),
  },
  { title: 'StaticFileUpdateDto' },
);

const shown = {
  _id: Uuid,
  creation: Instant,
  update: Instant,
  name: Name,
  description: Type.Optional(Description),
  type: StaticType,
};

export const StaticItem = Type.Object(shown, { title: 'StaticFileStandardListResponseDto' });

export const StaticDetail = Type.Object(
  {
    ...shown,
    extra: Type.Optional(FreeObject),
    type_infos: Type.Object(
      {
        used_attributes: Type.Array(Type.String()),
        min_scale_denominator: Type.Optional(Type.Number()),
        max_scale_denominator: Type.Optional(Type.Number()),
      },
      { description: "Ce que la plateforme a lu du fichier, ici d'un GEOSERVER-STYLE." },
    ),
  },
  { title: 'StaticFileStandardDetailResponseDto' },
);
