import { type Static, Type } from 'typebox';
import { Labels, LooseLabels } from '../labels.js';
import { PageQuery, Repeated, SortQuery } from '../lists.js';
import { FreeObject, Instant, LooseBoolean, Uuid } from '../schemas.js';

const Paths = Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 100 });

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const AnnexParams = Type.Object({ datastore: Uuid, annex: Uuid });

/** What comes with the file of a creation, as form parts (QGIS plugin, web application) or in the query (SDK). */
export const AnnexForm = Type.Object({
  paths: Paths,
  labels: Labels,
  published: Type.Optional(LooseBoolean),
});
export type AnnexForm = Static<typeof AnnexForm>;

export const CreateQuery = Type.Object({
  paths: Repeated('Chemins de publication, séparés par des virgules ou répétés.'),
  labels: Repeated('Labels, séparés par des virgules ou répétés.'),
  published: Type.Optional(LooseBoolean),
});

export const LabelsQuery = Type.Object({
  labels: Repeated('Labels, répétés ou séparés par des virgules : une annexe doit les avoir tous.'),
});

/** Query of the lists of annexes, whatever they look at. */
export const LIST_FILTERS = {
  ...PageQuery.properties,
  ...SortQuery.properties,
  ...LabelsQuery.properties,
  mime_type: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères.' })),
  path: Type.Optional(
    Type.String({
      description: 'Chemin complet, barre oblique initiale comprise ; % remplace zéro ou plusieurs caractères.',
    }),
  ),
};

export const ListQuery = Type.Object(LIST_FILTERS);

export const PatchBody = Type.Object(
  {
    paths: Type.Optional(Type.Union([Paths, Type.String({ minLength: 1 })])),
    labels: Type.Optional(LooseLabels),
    published: Type.Optional(LooseBoolean),
    extra: Type.Optional(Type.Union([FreeObject, Type.Null()])),
  },
  { title: 'AnnexUpdateDto' },
);

const shown = {
  _id: Uuid,
  creation: Instant,
  update: Instant,
  paths: Paths,
  size: Type.Integer({ description: 'Octets.' }),
  mime_type: Type.String(),
  published: Type.Boolean(),
  labels: Labels,
};

export const AnnexItem = Type.Object(shown, { title: 'AnnexStandardListResponseDto' });
export const AnnexDetail = Type.Object(
  { ...shown, extra: Type.Optional(FreeObject) },
  { title: 'AnnexStandardDetailResponseDto' },
);
