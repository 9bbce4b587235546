import type { ServerDeps } from '../../deps.js';
import { createLoginThrottle, type LoginThrottle } from '../../identity/throttle.js';
import { InvalidTokenError } from '../../identity/verify.js';
import { LruMap } from '../../render/lru-map.js';
import { readEpochs } from '../epochs.js';
import { headersText } from '../key-infos.js';
import { digestOf } from '../key-secrets.js';
import { type Credential, type Presented, readCredential } from './credentials.js';
import { KeyRing } from './key-ring.js';
import type { HeldKey } from './held-key.js';
import { PasswordMemory } from './password-memory.js';
import { AccessRefusal } from './refusal.js';
import { Visit } from './visit.js';

/**
 * Who may use private services: rows 3 to 6 of the table of access.md §8. The others are kept by what a {@link Visit}
 * sees of the publications. Decisions hold for an epoch of rights, which each request asks for.
 */
export interface Guard {
  /**
   * Lets a request in.
   * @param endpointPath of the endpoint that it came to
   * @throws AccessRefusal
   */
  admit(request: GuardedRequest, endpointPath: string): Promise<Visit>;
}

/** What is known of a request before its path and body are. */
export interface GuardedRequest extends Presented {
  /** Of the client, behind the proxies that are believed. */
  readonly address: string;
}

type GuardDeps = Pick<ServerDeps, 'pool' | 'redis' | 'instanceId' | 'identity'>;

/** Values of keys that are remembered to have been right, so that wrong ones from the same address do not slow them. */
const MAX_PROVEN = 20_000;

/** Names under which failures are counted, beside those of accounts: no account has a slash in its name. */
const throttled = (type: 'HASH' | 'HEADER' | 'BASIC', login = '') => `key/${type}/${login}`;

/** A guard with its own memory. */
export function createGuard(deps: GuardDeps): Guard {
  const ring = new KeyRing(deps.pool);
  const passwords = new PasswordMemory();
  const proven = new LruMap<string, true>(MAX_PROVEN);
  const throttle = createLoginThrottle({ redis: deps.redis, prefix: `geopf:${deps.instanceId}` });
  const context: Context = { ...deps, ring, passwords, proven, throttle };
  return {
    async admit(request, endpointPath) {
      const credential = readCredential(request);
      const epochs = await readEpochs(deps.pool);
      const key =
        credential === null
          ? await keyOfHeaders(context, request, epochs.rights)
          : await keyOf(context, credential, request, epochs.rights);
      const { address, headers } = request;
      const sender = { address, userAgent: headers['user-agent'], referer: headers.referer };
      if (!key.passes(sender)) throw new AccessRefusal(403);
      return new Visit(endpointPath, key.rightsAt(Date.now()), epochs.publication);
    },
  };
}

interface Context extends GuardDeps {
  readonly ring: KeyRing;
  readonly passwords: PasswordMemory;
  readonly proven: LruMap<string, true>;
  readonly throttle: LoginThrottle;
}

function keyOf(context: Context, credential: Credential, { address }: GuardedRequest, epoch: string): Promise<HeldKey> {
  switch (credential.type) {
    case 'HASH':
      return keyOfValue(context, { by: 'HASH', value: digestOf(credential.value) }, address, epoch);
    case 'BASIC':
      return keyOfLogin(context, credential, address, epoch);
    case 'OAUTH2':
      return keyOfToken(context, credential.token, epoch);
  }
}

/** The key that has a value, by its digest: no comparison of secrets tells how much of one was right. */
async function keyOfValue(
  { ring, proven, throttle }: Context,
  search: { by: 'HASH' | 'HEADER'; value: string },
  address: string,
  epoch: string,
): Promise<HeldKey> {
  const isProven = proven.get(search.value) === true;
  const subject = throttled(search.by);
  if (!isProven && !(await throttle.admit(subject, address))) throw new AccessRefusal(401);
  const key = await ring.find(search, epoch);
  if (key === null) {
    await throttle.failed(subject, address);
    throw new AccessRefusal(401);
  }
  if (!isProven) proven.set(search.value, true);
  return key;
}

/** A login that nobody has takes as long as a wrong password. */
async function keyOfLogin(
  { ring, passwords, throttle }: Context,
  { login, password }: { login: string; password: string },
  address: string,
  epoch: string,
): Promise<HeldKey> {
  const refusal = new AccessRefusal(401, 'Basic');
  // No key has such a login, and the database cannot compare it.
  const key = await ring.find({ by: 'BASIC', value: login.replaceAll('\0', ' ') }, epoch);
  const hash = key?.passwordHash ?? null;
  if (key !== null && hash !== null && passwords.knows(hash, password)) return key;
  // Guesses of many logins are slowed too.
  const subjects = [throttled('BASIC'), throttled('BASIC', login)];
  for (const subject of subjects) if (!(await throttle.admit(subject, address))) throw refusal;
  if (!(await passwords.verify(hash, password)) || key === null) {
    for (const subject of subjects) await throttle.failed(subject, address);
    throw refusal;
  }
  await throttle.succeeded(throttled('BASIC', login), address);
  return key;
}

async function keyOfToken({ ring, identity }: Context, token: string, epoch: string): Promise<HeldKey> {
  try {
    const { sub } = await identity.verifyAccessToken(token);
    const key = await ring.find({ by: 'OAUTH2', value: sub }, epoch);
    if (key !== null) return key;
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
  }
  throw new AccessRefusal(401, 'Bearer');
}

/** The key told by the headers of a request: the one that asks for most of them, when several do. */
async function keyOfHeaders(context: Context, { headers, address }: GuardedRequest, epoch: string): Promise<HeldKey> {
  const sets = await context.ring.headerSets(epoch);
  const present = sets.filter((names) => names.every((name) => typeof headers[name] === 'string'));
  const digests = present
    .toSorted((one, other) => other.length - one.length)
    .map((names) => digestOf(headersText(Object.fromEntries(names.map((name) => [name, String(headers[name])])))));
  for (const value of digests) {
    const key = await context.ring.find({ by: 'HEADER', value }, epoch);
    if (key !== null) return key;
  }
  const [value] = digests;
  if (value === undefined) throw new AccessRefusal(401);
  return keyOfValue(context, { by: 'HEADER', value }, address, epoch);
}
