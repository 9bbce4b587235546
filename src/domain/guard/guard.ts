import type { ServerDeps } from '../../deps.js';
import type { PasswordChecks } from '../../identity/password-checks.js';
import { createLoginThrottle } from '../../identity/throttle.js';
import { InvalidTokenError } from '../../identity/verify.js';
import { readEpochs } from '../epochs.js';
import { headersText, isLogin } from '../key-infos.js';
import { digestOf } from '../key-secrets.js';
import { type Credential, type Presented, readCredential } from './credentials.js';
import { Guesses } from './guesses.js';
import { KeyRing } from './key-ring.js';
import type { HeldKey } from './held-key.js';
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
   * @throws AccessRefusal; BusyError when too many passwords are waiting
   */
  admit(request: GuardedRequest, endpointPath: string): Promise<Visit>;
}

/** What is known of a request before its path and body are. */
export interface GuardedRequest extends Presented {
  /** Of the client, behind the proxies that are believed. */
  readonly address: string;
}

type GuardDeps = Pick<ServerDeps, 'pool' | 'redis' | 'instanceId' | 'identity'>;

/** A guard with its own memory. */
export function createGuard(deps: GuardDeps): Guard {
  const ring = new KeyRing(deps.pool);
  const throttle = createLoginThrottle({ redis: deps.redis, prefix: `geopf:${deps.instanceId}` });
  const context: Context = { ...deps, ring, passwords: deps.identity.passwords, guesses: new Guesses(throttle) };
  return {
    async admit(request, endpointPath) {
      const credential = digested(readCredential(request));
      const epochs = await readEpochs(deps.pool);
      const key =
        keyInUse(context, credential, request, epochs.rights) ??
        (await keyOf(context, credential, request, epochs.rights));
      const { address, headers } = request;
      const sender = { address, userAgent: headers['user-agent'], referer: headers.referer };
      if (!key.passes(sender)) throw new AccessRefusal(403);
      return new Visit(endpointPath, key.rightsAt(Date.now()), epochs.publication);
    },
  };
}

interface Context extends GuardDeps {
  readonly ring: KeyRing;
  readonly passwords: PasswordChecks;
  readonly guesses: Guesses;
}

/** A credential, the value of a HASH key by its digest: nothing is looked up by the value. */
type DigestedCredential = Exclude<Credential, { type: 'HASH' }> | { readonly type: 'HASH'; readonly digest: string };

function digested(credential: Credential | null): DigestedCredential | null {
  return credential?.type === 'HASH' ? { type: 'HASH', digest: digestOf(credential.value) } : credential;
}

/** The key of a value that the client has shown before, when it is in memory: what most requests come to, at once. */
function keyInUse(
  { ring, guesses }: Context,
  credential: DigestedCredential | null,
  { address }: GuardedRequest,
  epoch: string,
): HeldKey | undefined {
  if (credential?.type !== 'HASH' || !guesses.isProven({ address, secret: credential.digest })) return undefined;
  return ring.known({ by: 'HASH', value: credential.digest }, epoch);
}

function keyOf(
  context: Context,
  credential: DigestedCredential | null,
  request: GuardedRequest,
  epoch: string,
): Promise<HeldKey> {
  switch (credential?.type) {
    case 'HASH':
      return keyOfValues(context, { type: 'HASH', values: [credential.digest] }, request.address, epoch);
    case 'BASIC':
      return keyOfLogin(context, credential, request.address, epoch);
    case 'OAUTH2':
      return keyOfToken(context, credential.token, epoch);
    case undefined:
      return keyOfHeaders(context, request, epoch);
  }
}

/** The first key that has one of the values, by digest: no comparison of secrets tells how much of one was right. */
async function keyOfValues(
  { ring, guesses }: Context,
  { type, values }: { type: 'HASH' | 'HEADER'; values: readonly string[] },
  address: string,
  epoch: string,
): Promise<HeldKey> {
  const key = await guesses.look({ subject: { type }, address, secret: values.join(' ') }, async () => {
    for (const value of values) {
      const found = await ring.find({ by: type, value }, epoch);
      if (found !== null) return found;
    }
    return null;
  });
  if (key === null) throw new AccessRefusal(401);
  return key;
}

/** A login that nobody has takes as long as a wrong password. */
async function keyOfLogin(
  { ring, passwords, guesses }: Context,
  { login: written, password }: { login: string; password: string },
  address: string,
  epoch: string,
): Promise<HeldKey> {
  // What no key may have is nobody's login, and fills no memory.
  const login = isLogin(written) ? written : '';
  const known = await ring.find({ by: 'BASIC', value: login }, epoch);
  const hash = known?.passwordHash ?? null;
  const key = await guesses.look(
    { subject: { type: 'BASIC', login }, address, secret: passwords.codeOf(hash, password) },
    async (isRefused) => ((await passwords.verify(hash, password, { address, isRefused })) ? known : null),
  );
  if (key === null) throw new AccessRefusal(401, 'Basic');
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
  const values = sets
    .filter((names) => names.every((name) => typeof headers[name] === 'string'))
    .toSorted((one, other) => other.length - one.length)
    .map((names) => digestOf(headersText(Object.fromEntries(names.map((name) => [name, String(headers[name])])))));
  if (values.length === 0) throw new AccessRefusal(401);
  return keyOfValues(context, { type: 'HEADER', values }, address, epoch);
}
