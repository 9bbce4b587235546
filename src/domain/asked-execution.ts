import type { Deps } from '../deps.js';
import type { ExecutionInputs } from './execution-inputs.js';

/** An execution that is asked for; its inputs are held. */
export interface AskedExecution {
  readonly datastoreId: string;
  readonly storage: Deps['storage'];
  readonly inputs: ExecutionInputs;
  /** The stored data it is to modify, or `null`. */
  readonly modified: string | null;
  /** As the client sent them, and with the defaults of the others. */
  readonly sent: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
}
