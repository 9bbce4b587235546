import fc from 'fast-check';
import { startBenchEmulator, takeToken } from '../../bench/lib/emulator.js';
import { type GeneratedRequest, type Operation, type Parameter, requestFor, type World } from './requests.js';
import type { Schema } from './values.js';
import { makeWorld } from './world.js';

/**
 * Fuzz of the API: random requests for every operation of the OpenAPI document, each operation on a world made anew.
 * Fails on an answer 5xx (501 of an operation that declares it excepted), on an error that has not the API's shape,
 * and when a process dies. Prints the seed: `npm run fuzz -- --seed 42 --requests 200 --only metadata`.
 */

const REQUESTS = 60;
const CLIENTS = 4;
const TIMEOUT_MS = 20_000;
/** Findings that are printed in full. */
const MAX_SHOWN = 40;

interface Finding {
  readonly request: GeneratedRequest;
  readonly problem: string;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

function option(name: string): string | undefined {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
}

interface Document {
  paths: Record<string, Record<string, DocumentOperation>>;
  components: { schemas?: Record<string, Schema> };
}

interface DocumentOperation {
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { tags = [], parameters = [], requestBody }]) => {
      const [content] = Object.entries(requestBody?.content ?? {});
      return {
        method: method.toUpperCase(),
        path,
        tag: tags[0] ?? '',
        parameters,
        body: content === undefined ? null : { mediaType: content[0], schema: content[1].schema ?? {} },
      };
    }),
  );
}

/** Sends a request. @returns the status, and what is wrong with the answer */
async function send(origin: string, request: GeneratedRequest): Promise<{ status: number; problem: string | null }> {
  const headers: Record<string, string> = {};
  if (request.contentType !== undefined) headers['content-type'] = request.contentType;
  if (request.caller !== null) headers.authorization = `Bearer ${request.caller}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${origin}/api${request.path}`, {
      method: request.method,
      headers,
      body: request.body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    const { message, cause } = error as Error;
    return { status: 0, problem: `no answer: ${message} ${cause instanceof Error ? cause.message : ''}` };
  }
  return { status: response.status, problem: problemOf(response.status, text) };
}

function problemOf(status: number, text: string): string | null {
  if (status >= 500 && status !== 501) return `${status} ${text.slice(0, 300)}`;
  if (status < 400) return null;
  try {
    const { error, error_description } = JSON.parse(text) as { error?: unknown; error_description?: unknown };
    if (typeof error === 'string' && Array.isArray(error_description) && error_description.length > 0) return null;
  } catch {
    // told below
  }
  return `${status}, not an error of the API: ${text.slice(0, 300)}`;
}

async function fuzz(): Promise<boolean> {
  const seed = Number(option('seed') ?? Math.floor(Math.random() * 2 ** 31));
  const numRuns = Number(option('requests') ?? REQUESTS);
  const only = option('only') ?? '';
  const emulator = await startBenchEmulator();
  try {
    const server = await emulator.startServer({ RENDER_PROCESSES: '1' });
    await emulator.startWorker();
    const { origin } = server;
    const document = (await (await fetch(`${origin}/api/v3/api-docs`)).json()) as Document;
    const operations = operationsOf(document).filter(({ path, method }) => `${method} ${path}`.includes(only));
    write(`${operations.length} operations, ${numRuns} requests each, seed ${seed}`);
    const statuses = new Map<string, number>();
    const findings: Finding[] = [];
    let sent = 0;
    for (const [index, operation] of operations.entries()) {
      const world = await freshWorld(origin, document);
      const requests = fc.sample(requestFor(operation, world), { numRuns, seed: seed + index });
      await sendAll(requests, async (request) => {
        const { status, problem } = await send(origin, request);
        sent += 1;
        const group = `${Math.floor(status / 100)}xx`;
        statuses.set(group, (statuses.get(group) ?? 0) + 1);
        if (problem !== null) findings.push({ request, problem });
      });
      if ((index + 1) % 25 === 0)
        write(`${index + 1}/${operations.length}: ${sent} requests, ${findings.length} findings`);
    }
    const isAlive = (await fetch(`${origin}/_emulator/health`)).status === 200;
    for (const { request, problem } of findings.slice(0, MAX_SHOWN)) {
      write(
        `${request.method} ${request.path.slice(0, 300)}\n  ${request.contentType ?? ''} ${(request.body ?? '').slice(0, 500)}\n  → ${problem}`,
      );
    }
    const groups = [...statuses].sort(([a], [b]) => a.localeCompare(b)).map(([group, count]) => `${group} ${count}`);
    write(`${sent} requests: ${groups.join(', ')}; ${findings.length} findings; server ${isAlive ? 'alive' : 'DEAD'}`);
    return findings.length === 0 && isAlive;
  } finally {
    await emulator.stop();
  }
}

async function freshWorld(origin: string, document: Document): Promise<World> {
  const reset = await fetch(`${origin}/_emulator/reset`, { method: 'POST' });
  if (reset.status !== 204) throw new Error(`reset: ${reset.status} ${await reset.text()}`);
  const [producer, administrator] = await Promise.all([takeToken(origin, 'producteur'), takeToken(origin, 'admin')]);
  const made = await makeWorld(async (method, path, body) => {
    const isForm = body instanceof FormData;
    const response = await fetch(`${origin}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${producer}`,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      },
      body: isForm ? body : body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  });
  return { ...made, components: document.components.schemas ?? {}, callers: [producer, administrator] };
}

async function sendAll(
  requests: readonly GeneratedRequest[],
  sendOne: (request: GeneratedRequest) => Promise<void>,
): Promise<void> {
  const queue = [...requests];
  const client = async (): Promise<void> => {
    for (let request = queue.shift(); request !== undefined; request = queue.shift()) await sendOne(request);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

process.exitCode = (await fuzz()) ? 0 : 1;
