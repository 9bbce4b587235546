import { Type } from 'typebox';
import { PatchBody } from '../communities/schema.js';
import { PageQuery, SortQuery } from '../lists.js';
import { Uuid } from '../schemas.js';

export const CommunitiesQuery = Type.Object({
  ...PageQuery.properties,
  ...SortQuery.properties,
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
  organization: Type.Optional(Uuid),
  public: Type.Optional(Type.Boolean()),
});

const organization = Type.Optional(
  Type.Union([Uuid, Type.Literal(''), Type.Null()], {
    description: "Organisme de la communauté ; vide : aucun. Propre à l'émulateur.",
  }),
);

export const CreateCommunityBody = Type.Object(
  {
    ...PatchBody.properties,
    name: Type.String({ minLength: 1, maxLength: 255 }),
    technical_name: Type.String({
      pattern: '^[A-Za-z0-9_\\-\\.]+$',
      minLength: 1,
      maxLength: 30,
      description: 'Unique sur la plateforme ; ne change plus.',
    }),
    supervisor: Uuid,
    organization,
  },
  { title: 'CommunityCreateDto' },
);

export const PatchCommunityBody = Type.Object(
  { ...PatchBody.properties, organization },
  { title: 'AdministratorCommunityUpdateDto' },
);
