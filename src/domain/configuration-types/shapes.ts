import Type from 'typebox';

/** Pieces of `type_infos` that several configuration types have, spec diffusion §2.2. */

export const Uuid = Type.String({ format: 'uuid' });

export const Keywords = Type.Optional(Type.Array(Type.String(), { uniqueItems: true }));

/** A rectangle in degrees, as lists and configurations write it. */
export const GeographicBoxSchema = Type.Object(
  {
    west: Type.Number({ minimum: -180, maximum: 180 }),
    south: Type.Number({ minimum: -90, maximum: 90 }),
    east: Type.Number({ minimum: -180, maximum: 180 }),
    north: Type.Number({ minimum: -90, maximum: 90 }),
  },
  { description: 'Rectangle en degrés (EPSG:4326).' },
);

export const Bbox = Type.Optional(GeographicBoxSchema);

/** The name of a table or view in its stored data. */
export const NativeName = Type.String({ minLength: 1, description: 'Table ou vue de la donnée stockée.' });

export const PublicName = Type.Optional(
  Type.String({
    pattern: '^[A-Za-z_][A-Za-z0-9_\\-.]*$',
    description: 'Nom public, `native_name` par défaut.',
  }),
);
