import { type Static, Type } from 'typebox';
import { Labels, LooseLabels } from '../labels.js';
import { FieldsQuery, PageQuery, Repeated, SortQuery } from '../lists.js';
import { FreeObject, Instant, LooseBoolean, Uuid } from '../schemas.js';

const Name = Type.String({ minLength: 1, maxLength: 255 });
const Description = Type.String({ maxLength: 10_000 });

export const DocumentParams = Type.Object({ document: Uuid });

/** The text parts that come with the file of a creation. */
export const DocumentForm = Type.Object({
  name: Name,
  description: Type.Optional(Description),
  labels: Labels,
  public_url: Type.Optional(LooseBoolean),
});
export type DocumentForm = Static<typeof DocumentForm>;

export const ListQuery = Type.Object({
  ...PageQuery.properties,
  ...FieldsQuery.properties,
  ...SortQuery.properties,
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
  mime_type: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères.' })),
  labels: Repeated('Labels, répétés ou séparés par des virgules : un document doit les avoir tous.'),
  owned: Type.Optional(Type.Boolean({ description: 'Vos documents : par défaut, sauf si "shared" vaut true.' })),
  shared: Type.Optional(Type.Boolean({ description: 'Les documents que d’autres partagent avec vous.' })),
});

/** `creation` and `update` always come back (contract §6). */
export const LIST_FIELDS = {
  defaults: ['name', 'size', 'mime_type'],
  legal: ['name', 'description', 'size', 'mime_type', 'labels', 'public_url', 'extra'],
} as const;

export const PatchBody = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(Description),
    labels: Type.Optional(LooseLabels),
    public_url: Type.Optional(LooseBoolean),
    extra: Type.Optional(Type.Union([FreeObject, Type.Null()])),
  },
  { title: 'DocumentUpdateDto' },
);

export const ReadersBody = Type.Array(Uuid, { minItems: 1, maxItems: 1000 });

export const ReadersQuery = Type.Object({
  users: Repeated('Identifiants d’utilisateurs, séparés par des virgules ou répétés.'),
});

const shown = {
  name: Name,
  description: Type.Optional(Description),
  size: Type.Integer({ description: 'Octets.' }),
  mime_type: Type.String(),
  labels: Labels,
  public_url: Type.Optional(Type.String({ description: 'Adresse anonyme, quand le document en a une.' })),
  extra: Type.Optional(FreeObject),
};

const always = { _id: Uuid, creation: Instant, update: Instant };

export const DocumentItem = Type.Intersect([Type.Object(always), Type.Partial(Type.Object(shown))]);

export const DocumentDetail = Type.Object({ ...always, ...shown }, { title: 'DocumentDetailsResponseDto' });

export const Reader = Type.Object(
  { _id: Uuid, creation: Instant, update: Instant, first_name: Type.String(), last_name: Type.String() },
  { title: 'AuthorResponseDto' },
);
