import type { IncomingHttpHeaders } from 'node:http';

/** What requests present to private services, and in which order it is looked at (access.md §8, row 3). */

/** Names of the value of a HASH key, in lower case: parameters of the query and headers. */
const KEY_NAMES = ['apikey', 'api_key', 'x-key'] as const;

/** Headers that answers depend on, whatever the type of the key. */
export const CREDENTIAL_HEADERS = ['Authorization', ...KEY_NAMES] as const;

/** A credential that a request states; HEADER keys are told by headers that only the registry knows. */
export type Credential =
  | { readonly type: 'HASH'; readonly value: string }
  | { readonly type: 'BASIC'; readonly login: string; readonly password: string }
  | { readonly type: 'OAUTH2'; readonly token: string };

/** What a request comes with. */
export interface Presented {
  /** Behind the question mark, as received. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * The first credential of a request; the others are not looked at. What cannot be read is one that nobody has.
 * @returns `null` when there is none
 */
export function readCredential({ query, headers }: Presented): Credential | null {
  const value = oneOf(valuesInQuery(query)) ?? oneOf(valuesInHeaders(headers));
  if (value !== null) return { type: 'HASH', value };
  const [, scheme = '', content = ''] = /^(Basic|Bearer) +([^ ]*) *$/i.exec(headers.authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic':
      return { type: 'BASIC', ...readBasic(content) };
    case 'bearer':
      return { type: 'OAUTH2', token: content };
    default:
      return null;
  }
}

/** The query without the value of a key: services neither repeat it nor pass it on. */
export function withoutKey(query: string): string {
  if (!MAY_HOLD_KEY.test(query)) return query;
  return query
    .split('&')
    .filter((part) => !isKeyName(part.split('=', 1)[0] ?? ''))
    .join('&');
}

/** Most queries are not worth cutting up. */
const MAY_HOLD_KEY = /key|%/i;

function valuesInQuery(query: string): string[] {
  if (query === '' || !MAY_HOLD_KEY.test(query)) return [];
  return query.split('&').flatMap((part) => {
    const [name = ''] = part.split('=', 1);
    return isKeyName(name) ? decodedValue(part.slice(name.length + 1)) : [];
  });
}

/** A value has no space, so that a plus sign stands for itself. */
function decodedValue(written: string): string {
  if (!written.includes('%')) return written;
  return new URLSearchParams(`value=${written.replaceAll('+', '%2B')}`).get('value') ?? '';
}

function valuesInHeaders(headers: IncomingHttpHeaders): string[] {
  const values: string[] = [];
  for (const name of KEY_NAMES) {
    const value = headers[name];
    if (value !== undefined) values.push(...[value].flat());
  }
  return values;
}

/** Names are only decoded when they may be written otherwise: this is asked of every parameter of every request. */
function isKeyName(written: string): boolean {
  const [name = ''] = /[%?]/.test(written) ? new URLSearchParams(written).keys() : [written];
  return KEY_NAMES.some((known) => known === name.toLowerCase());
}

/** The one value that is given, be it several times; one of no key when there are several. `null`: none. */
function oneOf(values: readonly string[]): string | null {
  if (values.length === 0) return null;
  const [value = null, ...others] = new Set(values.filter((each) => each !== ''));
  return others.length === 0 ? value : '';
}

function readBasic(content: string): { login: string; password: string } {
  const text = Buffer.from(content, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? { login: '', password: '' } : { login: text.slice(0, colon), password: text.slice(colon + 1) };
}
