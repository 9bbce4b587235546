import { conflict, notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { eventColumns, type EventUrl, hasLastEvent, lastEventJson, type ShownEvent } from './events.js';
import { checkExecutionStates } from './states/check-execution.js';
import { configurationStates } from './states/configuration.js';
import { offeringStates } from './states/offering.js';
import { processingExecutionStates } from './states/processing-execution.js';
import { storedDataStates } from './states/stored-data.js';
import { type Action, type EntityName, refusalSentence, type StateTable } from './states/table.js';
import { uploadStates } from './states/upload.js';

/** Every state machine, by entity. */
export const STATE_TABLES = {
  upload: uploadStates,
  stored_data: storedDataStates,
  configuration: configurationStates,
  offering: offeringStates,
  check_execution: checkExecutionStates,
  processing_execution: processingExecutionStates,
} as const satisfies Record<EntityName, StateTable>;

export type Tables = typeof STATE_TABLES;

export type TransitionRequest = {
  [E in EntityName]: {
    entity: E;
    id: string;
    action: keyof Tables[E]['actions'] & string;
    /** API user who asked; absent when the platform acts by itself. */
    initiatorId?: string | undefined;
    /** Overrides the table's title, or completes it. */
    event?: { title?: string; text?: string; urls?: readonly EventUrl[] };
  };
}[EntityName];

export interface Transition {
  readonly from: string;
  readonly to: string;
}

/**
 * Applies an action of the entity's state table: moves the status, stamps an execution, records the
 * event and updates `last_event`, in one statement, so two callers at once cannot both succeed from
 * the same status unless the table lets them.
 * @returns the statuses, or `null` when the entity exists but its status forbids the action
 * @throws ApiError not_found when there is no such entity
 */
export async function tryTransition(db: Db, request: TransitionRequest): Promise<Transition | null> {
  const { status, to } = await attempt(db, request);
  return to === null ? null : { from: status, to };
}

/**
 * {@link tryTransition} for a caller that takes no refusal.
 * @throws ApiError conflict with the table's French sentence when the status forbids the action
 */
export async function transition(db: Db, request: TransitionRequest): Promise<Transition> {
  const { status, to } = await attempt(db, request);
  if (to === null) throw conflict(refusalSentence(actionOf(request), status));
  return { from: status, to };
}

/** `status`: what was found. `to`: what it became, `null` when refused. */
async function attempt(db: Db, request: TransitionRequest): Promise<{ status: string; to: string | null }> {
  const action: Action = actionOf(request);
  const to = action.to === null ? Prisma.sql`old.status` : Prisma.sql`${action.to}`;
  const event: ShownEvent = {
    title: request.event?.title ?? action.title ?? null,
    text: request.event?.text,
    urls: request.event?.urls,
    initiatorId: request.initiatorId,
  };
  const table = Prisma.raw(`geopf.${request.entity}`);
  const stamp = action.stamp === undefined ? Prisma.empty : Prisma.raw(`, "${action.stamp}" = clock.now`);
  const lastEvent =
    event.title !== null && hasLastEvent(request.entity)
      ? Prisma.sql`, last_event = ${lastEventJson(event)}`
      : Prisma.empty;
  // The FOR UPDATE makes a second caller wait, then see the status that the first one left.
  const rows = await db.$queryRaw<{ status: string; to: string | null }[]>`
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
    old AS MATERIALIZED (SELECT id, status FROM ${table} WHERE id = ${request.id}::uuid FOR UPDATE),
    moved AS (
      UPDATE ${table} AS entity SET status = ${to} ${stamp} ${lastEvent}
      FROM old, clock
      WHERE entity.id = old.id AND old.status = ANY (${[...action.from]}::text[])
      RETURNING entity.id, old.status AS "from", entity.status AS "to"
    ),
    recorded AS (
      INSERT INTO geopf.event (entity_type, entity_id, date, title, text, urls, initiator_id, from_status, to_status)
      SELECT ${request.entity}, moved.id, clock.now, ${eventColumns(event)}, moved."from", moved."to"
      FROM moved, clock
    )
    SELECT old.status, moved."to" FROM old LEFT JOIN moved ON moved.id = old.id`;
  const row = rows[0];
  if (row === undefined) throw notFound(`${STATE_TABLES[request.entity].label} ${request.id} n'existe pas.`);
  return row;
}

/**
 * Asks a table whether an action that keeps the status is legal now, without recording anything.
 * @throws ApiError conflict with the table's French sentence
 */
export function assertAllowed<E extends EntityName>(
  entity: E,
  action: keyof Tables[E]['actions'] & string,
  status: string,
): void {
  const rule = (STATE_TABLES[entity].actions as Record<string, Action>)[action];
  if (rule === undefined) throw new Error(`no action ${action} on ${entity}`);
  if (!rule.from.includes(status)) throw conflict(refusalSentence(rule, status));
}

function actionOf(request: TransitionRequest): Action {
  const action = (STATE_TABLES[request.entity].actions as Record<string, Action>)[request.action];
  if (action === undefined) throw new Error(`no action ${request.action} on ${request.entity}`);
  return action;
}
