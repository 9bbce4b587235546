import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Test } from 'tap';
import YAML from 'yaml';
import { projectRoot } from '../../src/supervisor/paths.js';
import { until } from '../helpers/api.js';

/**
 * Replays what a client sends, byte for byte where it matters, from fixtures/clients/*.yaml: methods, paths, headers and
 * bodies as the client makes them, and what it needs of the answers.
 */

/** One request of a client. Texts may hold `{{name}}`, a value captured before. */
interface Step {
  readonly name: string;
  /** `POST /api/datastores/{{datastore}}/uploads`; an address that an answer gave stands as it is. */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON body. */
  readonly json?: unknown;
  /** Body as it stands; with `headers` it says its type itself. */
  readonly text?: string;
  /** Multipart body. */
  readonly form?: Form;
  readonly expect: Expectation;
  /** Values to remember, by dotted path in the answer: `output.stored_data._id`, `0.endpoint._id`. */
  readonly capture?: Readonly<Record<string, string>>;
  /** Asks again until the answer is as expected. */
  readonly poll?: boolean;
}

interface Form {
  readonly boundary?: string;
  /** In order; a list repeats the field. */
  readonly fields?: Readonly<Record<string, string | readonly string[]>>;
  readonly file: { readonly name: string; readonly content: string };
}

interface Expectation {
  readonly status: number;
  /** Exact values. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the answer must hold, as `t.match`. */
  readonly match?: unknown;
  /** Members that an object of the answer may have at most, by its dotted path: strict clients refuse others. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** `integer`, `array`: type of the whole answer. */
  readonly type?: 'integer' | 'array';
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** Plays a fixture. @param values what its texts may name from the start: `origin`, tokens */
export async function replay(t: Test, fixture: string, values: Readonly<Record<string, string>>): Promise<void> {
  const text = readFileSync(join(projectRoot(), 'fixtures', 'clients', fixture), 'utf8');
  const { defaults = {}, steps } = YAML.parse(text) as { defaults?: Record<string, string>; steps: Step[] };
  const known: Record<string, string> = { ...values };
  for (const step of steps) {
    const ask = () => send(known, defaults, step);
    const answer =
      step.poll === true
        ? await until(ask, (one) => faultsOf(one, fill(step.expect, known)).length === 0)
        : await ask();
    t.strictSame(faultsOf(answer, fill(step.expect, known)), [], `${step.name}: ${step.request}`);
    for (const [name, path] of Object.entries(step.capture ?? {})) {
      const value = at(answer.body, path);
      if (value === undefined || value === null)
        throw new Error(`${step.name}: no ${path} in ${JSON.stringify(answer.body)}`);
      known[name] = typeof value === 'string' ? value : JSON.stringify(value);
    }
  }
}

function faultsOf(answer: Answer, expected: Expectation): string[] {
  const shown = JSON.stringify(answer.body)?.slice(0, 1000) ?? '';
  if (answer.status !== expected.status) return [`status ${answer.status}, expected ${expected.status}: ${shown}`];
  const { body } = answer;
  const faults = Object.entries(expected.headers ?? {}).flatMap(([name, value]) =>
    answer.headers[name] === value ? [] : [`${name}: ${String(answer.headers[name])}, expected ${value}`],
  );
  if (expected.type === 'integer' && !Number.isInteger(body)) faults.push(`not an integer: ${shown}`);
  if (expected.type === 'array' && !Array.isArray(body)) faults.push(`not a list: ${shown}`);
  if (expected.match !== undefined) faults.push(...mismatches(body, expected.match, ''));
  for (const [path, names] of Object.entries(expected.only ?? {})) {
    const found = path === '' ? body : at(body, path);
    const others = Object.keys((found ?? {}) as object).filter((name) => !names.includes(name));
    if (others.length > 0) faults.push(`${path} has members that the client does not know: ${others.join(', ')}`);
  }
  return faults;
}

/** Where the answer does not hold what is expected: objects may have more, lists have the same length. */
function mismatches(found: unknown, expected: unknown, path: string): string[] {
  if (typeof expected === 'string' && expected.startsWith('~')) {
    return new RegExp(expected.slice(1), 's').test(String(found))
      ? []
      : [`${path}: ${String(found)} is not ${expected}`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) return [`${path}: ${JSON.stringify(found)}`];
    return expected.flatMap((one, index) => mismatches(found[index], one, `${path}/${index}`));
  }
  if (expected !== null && typeof expected === 'object') {
    if (found === null || typeof found !== 'object') return [`${path}: ${JSON.stringify(found)} is no object`];
    return Object.entries(expected).flatMap(([name, one]) =>
      mismatches((found as Record<string, unknown>)[name], one, `${path}/${name}`),
    );
  }
  return Object.is(found, expected) ? [] : [`${path}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`];
}

function at(body: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], body);
}

/** Replaces `{{name}}` in every text of a value. */
function fill<Value>(value: Value, known: Readonly<Record<string, string>>): Value {
  const text = JSON.stringify(value).replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => {
    const found = known[name];
    if (found === undefined) throw new Error(`nothing is known as ${name}`);
    return JSON.stringify(found).slice(1, -1);
  });
  return JSON.parse(text) as Value;
}

function send(known: Record<string, string>, defaults: Record<string, string>, step: Step): Promise<Answer> {
  const filled = fill({ request: step.request, headers: { ...defaults, ...step.headers } }, known);
  const [method = '', path = ''] = filled.request.split(' ');
  const headers: Record<string, string> = { ...filled.headers };
  let body: string | undefined;
  if (step.json !== undefined) body = JSON.stringify(fill(step.json, known));
  if (step.text !== undefined) body = fill({ text: step.text }, known).text;
  if (step.form !== undefined) {
    const form = fill(step.form, known);
    const boundary = form.boundary ?? 'replay';
    headers['content-type'] = `multipart/form-data; boundary="${boundary}"`;
    body = formText(form, boundary);
  }
  headers['content-length'] = String(Buffer.byteLength(body ?? ''));
  return new Promise((resolve, reject) => {
    // Not fetch: it would add and change headers.
    const sent = request(
      path.startsWith('/') ? `${known.origin ?? ''}${path}` : path,
      { method, headers },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(parts).toString();
          const isJson = response.headers['content-type']?.includes('json') === true && text !== '';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: isJson ? (JSON.parse(text) as unknown) : text,
          });
        });
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

function formText({ fields = {}, file }: Form, boundary: string): string {
  const parts = Object.entries(fields).flatMap(([name, values]) =>
    [values]
      .flat()
      .map((value) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  const content = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file.name}"\r\nContent-Type: application/octet-stream\r\n\r\n${file.content}\r\n`;
  return `${parts.join('')}${content}--${boundary}--\r\n`;
}
