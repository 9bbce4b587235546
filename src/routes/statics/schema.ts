import { Type } from 'typebox';
import { STATIC_TYPES } from '../../domain/static-files.js';
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

/** Query of the lists of static files, whatever they look at. */
export const LIST_FILTERS = {
  ...PageQuery.properties,
  ...SortQuery.properties,
  type: Type.Optional(StaticType),
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
};

export const ListQuery = Type.Object(LIST_FILTERS);

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

const Names = Type.Array(Type.String());

/** What the platform reads of a file, by type. */
const TypeInfos = Type.Union([
  Type.Object(
    {
      used_attributes: Names,
      min_scale_denominator: Type.Optional(Type.Number()),
      max_scale_denominator: Type.Optional(Type.Number()),
    },
    { title: 'StaticFileGeoserverStyleDetailsDto' },
  ),
  Type.Object({ used_attributes: Names }, { title: 'StaticFileGeoserverFtlDetailsDto' }),
  Type.Object(
    { identifier: Type.String(), legend_url: Type.Optional(Type.String()) },
    { title: 'StaticFileRok4StyleDetailsDto' },
  ),
  Type.Object({ used_variables: Names }, { title: 'StaticFileDerivationSqlDetailsDto' }),
]);

export const StaticDetail = Type.Object(
  {
    ...shown,
    extra: Type.Optional(FreeObject),
    type_infos: TypeInfos,
  },
  { title: 'StaticFileStandardDetailResponseDto' },
);
