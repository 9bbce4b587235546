import { badRequest } from '../errors.js';

/** What a producer may ask to be told at the end of an execution (lifecycle.md §4.2), and its rules. */

/** An e-mail; `entity_url` may hold `{{ … }}` variables. */
export interface EmailCallback {
  readonly type: 'email';
  readonly to_address: readonly string[];
  readonly entity_url?: string;
}

/** A call of the producer's own API. */
export interface ApiCallback {
  readonly type: 'api';
  readonly url: string;
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly query_params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Callback = EmailCallback | ApiCallback;

/** A callback as clients send it: `to` is the spelling of the change notes. */
export type CallbackRequest =
  | (Omit<EmailCallback, 'to_address'> & { readonly to_address?: readonly string[]; readonly to?: readonly string[] })
  | ApiCallback;

const MAX_RECIPIENTS = 20;
const MAX_URL = 2000;
const MAX_PAIRS = 50;

const ADDRESS = /^[^\s@<>"(),:;[\]\\\p{Cc}]{1,64}@[^\s@<>"(),:;[\]\\\p{Cc}]{1,255}$/u;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\t\x20-\x7e]{0,2000}$/;

/** Headers that the connection itself needs, or that say what the body is. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The callback to keep; refuses one that could not be delivered.
 * @throws ApiError bad_request with every fault
 */
export function readCallback(request: CallbackRequest): Callback {
  if (request.type === 'api') {
    refuse(apiFaults(request));
    return request;
  }
  const { to_address: addresses = [], to = [], entity_url: link } = request;
  const callback: EmailCallback = {
    type: 'email',
    to_address: [...new Set([...addresses, ...to])],
    ...(link === undefined ? {} : { entity_url: link }),
  };
  refuse(emailFaults(callback));
  return callback;
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw badRequest(...faults);
}

function emailFaults({ to_address: recipients, entity_url: link }: EmailCallback): string[] {
  const faults = recipients
    .filter((address) => !ADDRESS.test(address))
    .map((address) => `"${address}" (champ "callback.to_address") n'est pas une adresse électronique.`);
  if (recipients.length === 0) faults.push('Le champ "callback.to_address" est obligatoire.');
  if (recipients.length > MAX_RECIPIENTS) {
    faults.push(`Le champ "callback.to_address" ne doit pas contenir plus de ${MAX_RECIPIENTS} élément(s).`);
  }
  if (link !== undefined && !isHttpUrl(fillTemplate(link, {}))) {
    faults.push('Le champ "callback.entity_url" doit être une URL http ou https.');
  }
  return faults;
}

function apiFaults({ url, query_params: parameters = {}, headers = {} }: ApiCallback): string[] {
  const faults: string[] = [];
  if (!isHttpUrl(url)) faults.push('Le champ "callback.url" doit être une URL http ou https.');
  else if (hasCredentials(url)) faults.push('Le champ "callback.url" ne doit pas contenir d\'identifiants.');
  if (Object.keys(parameters).length > MAX_PAIRS) {
    faults.push(`Le champ "callback.query_params" ne doit pas contenir plus de ${MAX_PAIRS} élément(s).`);
  }
  if (Object.keys(headers).length > MAX_PAIRS) {
    faults.push(`Le champ "callback.headers" ne doit pas contenir plus de ${MAX_PAIRS} élément(s).`);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      faults.push(`L'en-tête "${name}" du champ "callback.headers" est invalide.`);
    } else if (OWN_HEADERS.has(name.toLowerCase()) || name.toLowerCase().startsWith('proxy-')) {
      faults.push(`L'en-tête "${name}" du champ "callback.headers" est réservé.`);
    }
  }
  return faults;
}

/**
 * The text with its `{{ name }}` replaced by the values, encoded for a URL; unknown names leave nothing, as moustaches do.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string | undefined>>): string {
  return template.replaceAll(/\{\{\s*([A-Za-z_]{1,50})\s*\}\}/g, (_found, name: string) =>
    Object.hasOwn(values, name) ? encodeURIComponent(values[name] ?? '') : '',
  );
}

function isHttpUrl(text: string): boolean {
  return text.length <= MAX_URL && /^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) && URL.canParse(text);
}

function hasCredentials(text: string): boolean {
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
