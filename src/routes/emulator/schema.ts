import { type Static, Type } from 'typebox';
import { PageQuery } from '../lists.js';

export const HealthResponse = Type.Object({ status: Type.Literal('up') });

/** The parts that must work for the emulator to be ready. */
export const PARTS = ['database', 'redis', 'render', 'worker'] as const;
export type Part = (typeof PARTS)[number];

export const ReadyResponse = Type.Object({
  status: Type.Enum(['ready', 'starting']),
  missing: Type.Array(Type.Enum([...PARTS]), { description: 'Parts that cannot work now.' }),
});
export type ReadyResponse = Static<typeof ReadyResponse>;

export const VersionResponse = Type.Object({ name: Type.String(), version: Type.String(), node: Type.String() });

export const WarningsQuery = Type.Object({ entity: Type.String({ format: 'uuid' }) });
export const WarningsResponse = Type.Array(
  Type.Object({ text: Type.String(), creation: Type.String({ format: 'date-time' }) }),
);

export const ExposureQuery = Type.Object({
  datastore: Type.String({
    minLength: 1,
    maxLength: 200,
    description: "Identifiant de l'entrepôt, ou nom technique de sa communauté.",
  }),
});

export const MailsQuery = Type.Object({
  ...PageQuery.properties,
  to: Type.Optional(Type.String({ description: "L'un des destinataires ; % remplace des caractères." })),
});
export const MailParams = Type.Object({ mail: Type.String({ pattern: '^\\d{1,18}$' }) });

/** `sent`: when the SMTP server took it. */
const MailItem = Type.Object({
  id: Type.String(),
  creation: Type.String(),
  to: Type.Array(Type.String()),
  subject: Type.String(),
  text: Type.String(),
  sent: Type.Optional(Type.String()),
});
export type MailItem = Static<typeof MailItem>;
export const MailList = Type.Array(MailItem);
