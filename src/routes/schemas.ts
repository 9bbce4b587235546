import { type TSchema, Type } from 'typebox';

/** Atoms of the API's schemas (contract §10): ids, dates, references, refusals. */

export const Uuid = Type.String({ format: 'uuid' });

/** UTC, microseconds, `Z`. */
export const Instant = Type.String({ format: 'date-time', examples: ['2026-05-10T14:42:29.004734Z'] });

/** UTC without zone: the platform writes the dates of events so. */
export const EventDate = Type.String({ examples: ['2026-05-10T14:42:29.004734'] });

/** Bodies: a boolean, or the words that clients send instead (clients.md). */
export const LooseBoolean = Type.Union([Type.Boolean(), Type.Enum(['true', 'false', 'True', 'False', '0', '1'])]);

/** The boolean meant by a {@link LooseBoolean}. */
export function readBoolean(value: boolean | string | undefined): boolean | undefined {
  return typeof value === 'string' ? /^(true|1)$/i.test(value) : value;
}

/** Body that lists entities. */
export const Ids = Type.Array(Uuid, { minItems: 1, maxItems: 100 });

export const FreeObject = Type.Record(Type.String(), Type.Unknown());

/** Body of POST …/tags; scalars that are not strings become strings. */
export const TagsBody = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]));

export const Tags = Type.Record(Type.String(), Type.String());

export const BoundingBox = Type.Object(
  { west: Type.Number(), south: Type.Number(), east: Type.Number(), north: Type.Number() },
  { description: 'Degrés, EPSG:4326.' },
);

/** GeoJSON in WGS 84, longitude first. */
export const Extent = Type.Object({ type: Type.String() }, { additionalProperties: true });

export const Event = Type.Object(
  {
    title: Type.String(),
    text: Type.Optional(Type.String()),
    date: EventDate,
    urls: Type.Optional(Type.Array(Type.Object({ type: Type.String(), url: Type.String() }))),
    initiator: Type.Optional(
      Type.Object({ _id: Uuid, first_name: Type.Optional(Type.String()), last_name: Type.Optional(Type.String()) }),
    ),
  },
  { title: 'EventDto' },
);

const Recipients = Type.Optional(Type.Array(Type.String({ minLength: 3 }), { minItems: 1, maxItems: 20 }));
const Pairs = (description: string) => Type.Optional(Type.Record(Type.String(), Type.String(), { description }));

/** End of a job told by e-mail (`to` is the spelling of the change notes) or by a call of the producer's API. */
export const Callback = Type.Union([
  Type.Object({
    type: Type.Literal('email'),
    to_address: Recipients,
    to: Recipients,
    entity_url: Type.Optional(
      Type.String({
        description:
          'Adresse citée dans le message ; {{ datastore }}, {{ community }}, {{ execution }}, {{ processing }}, {{ check }} et {{ output }} y sont remplacés.',
      }),
    ),
  }),
  Type.Object({
    type: Type.Literal('api'),
    url: Type.String(),
    method: Type.Enum(['POST', 'PUT', 'PATCH']),
    query_params: Pairs("Paramètres ajoutés à l'adresse."),
    headers: Pairs("En-têtes ajoutés à l'appel."),
  }),
]);

/** Body of every refusal (lifecycle §9). */
export const ErrorBody = Type.Object(
  { error: Type.String(), error_description: Type.Array(Type.String()) },
  { title: 'Error', description: 'Une phrase par problème.' },
);

const REASONS: Readonly<Record<number, string>> = {
  400: 'Requête invalide.',
  401: 'Jeton absent, invalide ou expiré.',
  403: 'Droit insuffisant.',
  404: 'Entité inconnue.',
  409: "L'état des données interdit l'opération.",
  412: 'Le fichier ne remplit pas les conditions de la requête.',
  413: 'Fichier trop volumineux.',
  416: 'Intervalle hors du fichier.',
  422: 'Fichier illisible.',
  501: "La plateforme le fait, l'émulateur pas encore.",
};

/** Response schemas of a route: the expected one and the refusals it may answer. */
export function answers<Success extends Record<number, TSchema>>(
  success: Success,
  ...refusals: readonly number[]
): Success & Record<number, TSchema> {
  const described = refusals.map((status) => [status, { ...ErrorBody, description: REASONS[status] ?? '' }] as const);
  return { ...success, ...Object.fromEntries(described) };
}

/** The bytes of a stored file. */
export const FileContent = Type.Unsafe<unknown>({ type: 'string', format: 'binary', description: 'Le fichier.' });

/** An answer without body. */
export const NoContent = Type.Unsafe<undefined>({ type: 'null', description: 'Pas de contenu.' });
