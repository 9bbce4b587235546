import type { KeyObject } from 'node:crypto';
import { type JWTPayload, errors, jwtVerify } from 'jose';

/** What an access token says (access.md §2); `sub` is the id of the API user. */
export interface TokenClaims {
  readonly sub: string;
  /** Client the token was issued to. */
  readonly azp: string;
  readonly scope: string;
  readonly preferredUsername: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  /** Session; service accounts have none. */
  readonly sid: string | undefined;
  readonly jti: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** The token is not an acceptable access token; `message` says why (for logs, not for clients). */
export class InvalidTokenError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'InvalidTokenError';
  }
}

export type TokenVerifier = (token: string) => Promise<TokenClaims>;

/** Tolerated difference between clocks for `nbf`, seconds. */
const CLOCK_TOLERANCE = 30;

/**
 * Makes the check of access tokens (access.md §2, rules): RS256 only, signature by `kid`, `iss`,
 * `exp`, `nbf`, `typ` = Bearer. `aud` is not checked: real tokens say "account". Identity and
 * refresh tokens, unsigned tokens and HMAC ones are refused.
 * @param options.keyOf public key of a `kid`, `undefined` when unknown
 */
export function createTokenVerifier(options: {
  issuer: string;
  keyOf: (kid: string) => Promise<KeyObject | undefined>;
}): TokenVerifier {
  const findKey = async ({ kid }: { kid?: string }): Promise<KeyObject> => {
    const key = kid === undefined ? undefined : await options.keyOf(kid);
    if (key === undefined) throw new InvalidTokenError(`unknown signing key ${kid ?? '(no kid)'}`);
    return key;
  };
  return async (token) => {
    const payload = await verifySignature(token, findKey, options.issuer);
    if (payload.typ !== 'Bearer') throw new InvalidTokenError(`a token of type ${String(payload.typ)}, not Bearer`);
    if ((payload.exp ?? 0) <= Math.floor(Date.now() / 1000)) throw new InvalidTokenError('expired');
    return {
      sub: text(payload, 'sub'),
      azp: text(payload, 'azp'),
      scope: optionalText(payload, 'scope') ?? '',
      preferredUsername: optionalText(payload, 'preferred_username') ?? '',
      email: optionalText(payload, 'email') ?? '',
      givenName: optionalText(payload, 'given_name') ?? '',
      familyName: optionalText(payload, 'family_name') ?? '',
      sid: optionalText(payload, 'sid'),
      jti: text(payload, 'jti'),
      expiresAt: payload.exp ?? 0,
    };
  };
}

async function verifySignature(
  token: string,
  findKey: (header: { kid?: string }) => Promise<KeyObject>,
  issuer: string,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, findKey, {
      algorithms: ['RS256'],
      issuer,
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ['exp', 'sub'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new InvalidTokenError(error.message, { cause: error });
    throw error;
  }
}

function optionalText(payload: JWTPayload, name: string): string | undefined {
  const value = payload[name];
  return typeof value === 'string' ? value : undefined;
}

function text(payload: JWTPayload, name: string): string {
  const value = optionalText(payload, name);
  if (value === undefined) throw new InvalidTokenError(`no claim "${name}"`);
  return value;
}
