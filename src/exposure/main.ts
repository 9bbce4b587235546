import { parseArgs } from 'node:util';
import { loadConfig } from '../config.js';
import type { ExposureDocument } from '../domain/exposure/document.js';
import { exposureTable } from './table.js';

/** Entry of `script/exposure`: asks a running emulator for the exposure matrix of a datastore, and prints it. */

const USAGE = `Usage : script/exposure <entrepôt> [--url <adresse>] [--json]

  <entrepôt>  identifiant, ou nom technique (producteur-demo dans le jeu de départ)
  --url       adresse de l'émulateur ; PUBLIC_URL, sinon http://localhost:PORT
  --json      le document de GET /_emulator/exposure, tel quel
`;

/** @throws Error with a French sentence */
async function askExposure(address: string, datastore: string, token: string | undefined): Promise<string> {
  const url = `${address.replace(/\/+$/, '')}/_emulator/exposure?${new URLSearchParams({ datastore }).toString()}`;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers }).catch((cause: unknown) => {
    throw new Error(`Aucun émulateur ne répond à ${address} : lancez script/server, ou donnez --url.`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw new Error(refusalText(text) ?? `${url} : ${response.status} ${text}`);
  return text;
}

/** The sentences of a refusal of the emulator; `null` when it is not of its kind. */
function refusalText(text: string): string | null {
  try {
    const { error_description: sentences } = JSON.parse(text) as { error_description?: unknown };
    return Array.isArray(sentences) ? sentences.join(' ') : null;
  } catch {
    return null;
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [datastore, ...others] = positionals;
  if (values.help === true || datastore === undefined || others.length > 0) {
    process.stderr.write(USAGE);
    process.exitCode = values.help === true ? 0 : 2;
    return;
  }
  const { publicUrl, port, emulatorToken } = loadConfig();
  const text = await askExposure(values.url ?? publicUrl ?? `http://localhost:${port}`, datastore, emulatorToken);
  process.stdout.write(values.json === true ? `${text}\n` : exposureTable(JSON.parse(text) as ExposureDocument));
}

try {
  await main();
} catch (error) {
  process.stderr.write(`\nErreur : ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
