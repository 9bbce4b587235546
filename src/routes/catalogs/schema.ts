import { Type } from 'typebox';
import { PageQuery } from '../lists.js';
import { OfferingDetail, OfferingType } from '../offerings/schema.js';
import { FreeObject, Instant, Uuid } from '../schemas.js';

export const OfferingsQuery = Type.Object({
  ...PageQuery.properties,
  is_endpoint_open: Type.Optional(Type.Boolean({ description: "Point d'accès ouvert, ou soumis à une clé d'accès." })),
  type: Type.Optional(OfferingType),
});

export const CatalogOfferingSchema = Type.Object(
  { ...OfferingDetail.properties, contact: Type.String({ description: 'Adresse de la communauté.' }) },
  { title: 'OfferingCatalogResponseDto' },
);

export const CatalogOrganizationSchema = Type.Object(
  {
    _id: Uuid,
    creation: Instant,
    update: Instant,
    name: Type.String(),
    siren: Type.Optional(Type.String()),
    siret: Type.Optional(Type.String()),
    tva_intracom: Type.Optional(Type.String()),
    extra: Type.Optional(FreeObject),
  },
  { title: 'OrganizationCatalogResponseDto' },
);
