/**
 * State machines as data. A table states, for one entity, its statuses and its actions: from which
 * statuses each is legal, where it leads, who may trigger it and what a refused one answers. Routes
 * and workers ask the table; docs and property tests are generated from it.
 */

/** Rights of a community member (access.md §4), or the platform itself: a worker, never a request. */
export type Actor = 'UPLOAD' | 'PROCESSING' | 'BROADCAST' | 'platform';

/** Column of an execution that the action sets to the current time. */
export type Stamp = 'launch' | 'start' | 'finish';

export interface Action<Status extends string = string> {
  /** Who may trigger it. */
  readonly actor: Actor;
  readonly from: readonly Status[];
  /** `null`: the action is guarded by the status but leaves it as it is. */
  readonly to: Status | null;
  /** French title of the event; without it the transition is recorded but not shown by the API. */
  readonly title?: string;
  readonly stamp?: Stamp;
  /** French sentence of the 409; `{status}` is replaced by the status found. */
  readonly refusal: string;
}

export interface StateTable<Status extends string = string, Name extends string = string> {
  /** Registry table, and `entity_type` of the events. */
  readonly entity: EntityName;
  /** French noun with its article, for sentences. */
  readonly label: string;
  readonly statuses: readonly Status[];
  /** Statuses an entity may be born in. */
  readonly initial: readonly Status[];
  /** Statuses after which nothing moves any more. */
  readonly final: readonly Status[];
  readonly actions: Readonly<Record<Name, Action<Status>>>;
}

export type EntityName =
  | 'upload'
  | 'stored_data'
  | 'configuration'
  | 'offering'
  | 'check_execution'
  | 'processing_execution';

/** Declares a table; its names are checked by the compiler, the rest by the table's test. */
export function defineStates<const Status extends string, const Name extends string>(
  table: StateTable<Status, Name>,
): StateTable<Status, Name> {
  return table;
}

/** The status an action leads to from `status`, or `null` when the table forbids it. */
export function nextStatus<Status extends string, Name extends string>(
  table: StateTable<Status, Name>,
  action: Name,
  status: string,
): Status | null {
  const rule = table.actions[action];
  const found = rule.from.find((candidate) => candidate === status);
  return found === undefined ? null : (rule.to ?? found);
}

/** The French sentence that answers a refused action. */
export function refusalSentence(action: Action, status: string): string {
  return action.refusal.replaceAll('{status}', status);
}
