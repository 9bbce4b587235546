import { createHash, randomBytes } from 'node:crypto';
import type { Deps } from '../deps.js';
import type { UserKey } from '../generated/prisma/client.js';
import { hashPassword } from '../identity/passwords.js';
import { digestOf, openSecret, sealSecret } from './key-secrets.js';

/** What each type of key is made of (access.md §5): read from `type_infos`, kept, shown. */

export const KEY_TYPES = ['HASH', 'BASIC', 'OAUTH2', 'HEADER'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** `type_infos` once read; header names in lower case. */
export type KeyInfos =
  | { readonly type: 'HASH'; readonly hash: string }
  | { readonly type: 'BASIC'; readonly login: string; readonly password: string }
  | { readonly type: 'OAUTH2' }
  | { readonly type: 'HEADER'; readonly headers: Readonly<Record<string, string>> };

/** `type_infos` as its owner reads it again. */
export type ShownKeyInfos =
  | { hash: string }
  | { login: string; password: string }
  | { headers: Record<string, string> }
  | Record<string, never>;

const MAX_LENGTH = 255;
const MAX_HEADERS = 20;
const GENERATED_BYTES = 32;

/** What a header or a query may carry as one word. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** HTTP Basic ends the login at the first colon. */
const LOGIN = /^[^:\p{Cc}]+$/u;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
const HIDDEN = '***';
/**
 * Headers that clients and proxies send to everybody, and those of the other types of keys: a HEADER key made of them
 * would be shown by requests of people who do not know it, in the place of their own.
 */
const COMMON_HEADER =
  /^(?:(?:accept|access-control|content|if|proxy|sec|x-forwarded)(?:-.*)?|api_?key|authorization|cache-control|connection|cookie2?|date|dnt|expect|forwarded|from|host|keep-alive|max-forwards|origin|pragma|priority|range|referer|save-data|te|trailer|transfer-encoding|upgrade|upgrade-insecure-requests|user-agent|via|warning|x-key|x-real-ip|x-requested-with)$/;

/**
 * Reads `type_infos`; a HASH key without value gets one. Values are never repeated in a fault.
 * @param faults gets a French sentence per problem
 */
export function readKeyInfos(
  type: KeyType,
  typeInfos: Readonly<Record<string, unknown>>,
  faults: string[],
): KeyInfos | null {
  switch (type) {
    case 'HASH':
      return readHash(typeInfos.hash, faults);
    case 'BASIC':
      return readBasic(typeInfos, faults);
    case 'OAUTH2':
      return { type };
    case 'HEADER':
      return readHeaders(typeInfos.headers, faults);
  }
}

/** Columns of the row of the key: values encrypted, passwords hashed. */
export async function keyColumns(
  deps: Pick<Deps, 'prisma' | 'instanceId'>,
  keyId: string,
  infos: KeyInfos,
): Promise<Partial<Pick<UserKey, 'digest' | 'secret' | 'login' | 'passwordHash' | 'headerNames'>>> {
  switch (infos.type) {
    case 'HASH':
      return { digest: digestOf(infos.hash), secret: await sealSecret(deps, keyId, infos.hash) };
    case 'BASIC':
      return { login: infos.login, passwordHash: await hashPassword(infos.password) };
    case 'OAUTH2':
      return {};
    case 'HEADER': {
      const text = headersText(infos.headers);
      const headerNames = Object.keys(infos.headers);
      return { digest: digestOf(text), secret: await sealSecret(deps, keyId, text), headerNames };
    }
  }
}

/**
 * The one text of a set of headers, which no HASH value can be: it has lines.
 * @param headers names in lower case, sorted
 */
export function headersText(headers: Readonly<Record<string, string>>): string {
  return JSON.stringify(headers, undefined, 1);
}

/** What the owner of a key sees: the value of a HASH key, neither the password nor the values of headers. */
export async function showKeyInfos(deps: Pick<Deps, 'prisma' | 'instanceId'>, key: UserKey): Promise<ShownKeyInfos> {
  if (key.login !== null && key.passwordHash !== null) {
    return { login: key.login, password: fingerprint(key.passwordHash) };
  }
  if (key.secret === null) return {};
  const secret = await openSecret(deps, key.id, key.secret);
  if (key.type === 'HASH') return { hash: secret };
  const names = Object.keys(JSON.parse(secret) as Record<string, string>);
  return { headers: Object.fromEntries(names.map((name) => [name, HIDDEN])) };
}

/** 40 hexadecimal digits that change with the password and help nobody guess it: the salt is in what was digested. */
function fingerprint(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('hex').slice(0, 40);
}

function readHash(hash: unknown, faults: string[]): KeyInfos | null {
  if (hash === undefined) return { type: 'HASH', hash: randomBytes(GENERATED_BYTES).toString('base64url') };
  if (typeof hash === 'string' && hash.length <= MAX_LENGTH && VISIBLE_ASCII.test(hash)) return { type: 'HASH', hash };
  faults.push(
    `Le champ "type_infos.hash" doit compter de 1 à ${MAX_LENGTH} caractères ASCII visibles, sans espace ; absent, il est tiré au hasard.`,
  );
  return null;
}

/** Whether a key may have such a login. */
export function isLogin(text: string): boolean {
  return text.length <= MAX_LENGTH && LOGIN.test(text);
}

function readBasic({ login, password }: Readonly<Record<string, unknown>>, faults: string[]): KeyInfos | null {
  const hasLogin = typeof login === 'string' && isLogin(login);
  if (!hasLogin) {
    faults.push(
      `Le champ "type_infos.login" est obligatoire : de 1 à ${MAX_LENGTH} caractères, sans « : » ni caractère de contrôle.`,
    );
  }
  const isPassword = typeof password === 'string' && password !== '' && password.length <= MAX_LENGTH;
  if (!isPassword) {
    faults.push(`Le champ "type_infos.password" est obligatoire : de 1 à ${MAX_LENGTH} caractères.`);
  }
  return hasLogin && isPassword ? { type: 'BASIC', login, password } : null;
}

function readHeaders(headers: unknown, faults: string[]): KeyInfos | null {
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers as object) : [];
  if (entries.length === 0 || entries.length > MAX_HEADERS || Array.isArray(headers)) {
    faults.push(
      `Le champ "type_infos.headers" est obligatoire : un objet de 1 à ${MAX_HEADERS} en-têtes, avec leurs valeurs.`,
    );
    return null;
  }
  const read = new Map<string, string>();
  const before = faults.length;
  for (const [name, value] of entries as [string, unknown][]) {
    const key = name.toLowerCase();
    if (name.length > MAX_LENGTH || !HEADER_NAME.test(name)) {
      faults.push(`Le champ "type_infos.headers" contient un nom d'en-tête invalide : ${JSON.stringify(name)}.`);
    } else if (COMMON_HEADER.test(key)) {
      faults.push(`L'en-tête ${name} est envoyé par d'autres que le porteur de la clé : il ne peut pas la désigner.`);
    } else if (read.has(key)) {
      faults.push(`Le champ "type_infos.headers" contient deux fois l'en-tête ${key}.`);
    } else if (typeof value !== 'string' || value.length > MAX_LENGTH || !HEADER_VALUE.test(value)) {
      faults.push(
        `La valeur de l'en-tête ${name} doit compter de 1 à ${MAX_LENGTH} caractères ASCII visibles, sans espace au bord.`,
      );
    } else {
      read.set(key, value);
    }
  }
  if (faults.length > before) return null;
  const sorted = [...read].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { type: 'HEADER', headers: Object.fromEntries(sorted) };
}
