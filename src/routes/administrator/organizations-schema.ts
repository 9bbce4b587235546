import { Type } from 'typebox';
import { FieldsQuery, PageQuery } from '../lists.js';
import { FreeObject, Instant, Uuid } from '../schemas.js';

export const OrganizationsQuery = Type.Object({
  ...PageQuery.properties,
  ...FieldsQuery.properties,
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
});

export const LIST_FIELDS = {
  defaults: ['name'],
  legal: ['name', 'creation', 'siren', 'siret', 'tva_intracom', 'economical_model', 'uploads_quota'],
} as const;

const Siren = Type.String({ pattern: '^[0-9]{9}$' });
const Siret = Type.String({ pattern: '^[0-9]{14}$' });
const Tva = Type.String({ pattern: '^[A-Z]{2}[0-9]{11}$' });
const Quota = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Octets des livraisons.' });
const Members = Type.Optional(
  Type.Array(Uuid, {
    uniqueItems: true,
    maxItems: 1000,
    description: "Utilisateurs qui lisent l'organisme et gèrent ses membres. Propre à l'émulateur.",
  }),
);

export const CreateOrganizationBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 99 }),
    siren: Type.Optional(Siren),
    siret: Type.Optional(Siret),
    tva_intracom: Type.Optional(Tva),
    economical_model: Type.Optional(Uuid),
    uploads_quota: Quota,
    members: Members,
  },
  { title: 'OrganizationCreateDto' },
);

export const PatchOrganizationBody = Type.Object(
  {
    economical_model: Type.Optional(Uuid),
    uploads_quota: Type.Optional(Quota),
    extra: Type.Optional(FreeObject),
    members: Members,
  },
  { title: 'OrganizationUpdateDto' },
);

const listed = {
  creation: Instant,
  name: Type.String(),
  siren: Type.Optional(Siren),
  siret: Type.Optional(Siret),
  tva_intracom: Type.Optional(Tva),
  economical_model: Type.Optional(
    Type.Object({ label: Type.String(), term: Type.String() }, { title: 'NomenclatureSimpleResponseDto' }),
  ),
  uploads_quota: Quota,
};

export const OrganizationItemSchema = Type.Intersect([Type.Object({ _id: Uuid }), Type.Partial(Type.Object(listed))]);

export const OrganizationSchema = Type.Object(
  { _id: Uuid, ...listed, update: Instant, extra: Type.Optional(FreeObject) },
  { title: 'OrganizationDetailResponseDto' },
);
