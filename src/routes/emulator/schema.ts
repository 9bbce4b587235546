import { type Static, Type } from 'typebox';

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
