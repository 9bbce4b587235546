import type { ApiUser } from './api.js';
import { create, fileForm } from './diffusion.js';
import { ended, type Integrated, type Launched } from './integration.js';
import { DATASTORE } from './seed.js';

/** Derivations (`db_to_db`) through the API. */

export const DB_TO_DB = '2c18eda8-d30c-42ab-8760-ec16d8929de5';

const ROOT = `/datastores/${DATASTORE}`;

/** Stores a derivation file. @returns its id */
export async function storeSql(user: ApiUser, name: string, sql: string): Promise<string> {
  const answer = await user.call<{ _id: string }>(
    'POST',
    `${ROOT}/statics`,
    fileForm(sql, { type: 'DERIVATION-SQL', name }),
  );
  if (answer.status !== 201) throw new Error(`${name} was not taken: ${JSON.stringify(answer.body)}`);
  return answer.body._id;
}

/** The body of a derivation. `output`: id of the stored data it changes, else a new one is made. */
export function derivation(
  inputs: readonly string[],
  derivations: readonly string[],
  { output, params }: { output?: string; params?: object } = {},
) {
  return {
    processing: DB_TO_DB,
    inputs: { stored_data: inputs },
    output: { stored_data: output === undefined ? { name: 'derived' } : { id: output } },
    parameters: { derivations, ...(params === undefined ? {} : { params }) },
  };
}

/** Creates and launches a derivation. */
export async function launchDerivation(user: ApiUser, body: ReturnType<typeof derivation>): Promise<Launched> {
  const execution = await create<{ _id: string; output: { stored_data: { _id: string } } }>(
    user,
    `${ROOT}/processings/executions`,
    body,
  );
  const path = `${ROOT}/processings/executions/${execution._id}`;
  const launched = await user.call('POST', `${path}/launch`);
  if (launched.status !== 204) throw new Error(`not launched: ${JSON.stringify(launched.body)}`);
  const storedData = execution.output.stored_data._id;
  return { path, id: execution._id, storedData, schema: `sd_${storedData.replaceAll('-', '')}` };
}

/** Runs one file and waits for the end. */
export async function derive(
  user: ApiUser,
  inputs: readonly string[],
  sql: string,
  more: Parameters<typeof derivation>[2] = {},
): Promise<Integrated> {
  const file = await storeSql(user, 'script', sql);
  return ended(user, await launchDerivation(user, derivation(inputs, [file], more)));
}
