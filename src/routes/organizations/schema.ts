import { Type } from 'typebox';
import { EndpointsQuery, LentEndpointSchema } from '../datastores/schema.js';
import { Uuid } from '../schemas.js';

export const OrganizationParams = Type.Object({ organization: Uuid });
export const MemberParams = Type.Object({ organization: Uuid, user: Uuid });

export const OrganizationEndpointsQuery = Type.Object({
  ...EndpointsQuery.properties,
  community: Type.Optional(Uuid),
  datastore: Type.Optional(Uuid),
});

export const PlacedEndpointSchema = Type.Object(
  { ...LentEndpointSchema.properties, organization: Type.Optional(Uuid), community: Uuid, datastore: Uuid },
  { title: 'DatastoreEndpointExtendedResponseDto', description: "Nombres d'offres de l'entrepôt." },
);
