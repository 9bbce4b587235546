import { type JsonWebKey, type KeyObject, createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { type JWK, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { PrismaClient } from '../generated/prisma/client.js';

/** Any number will do, as long as nothing else in the emulator locks on it. */
const CREATION_LOCK = 4_702_111;

/** A token signing key with everything its users need. */
export interface SigningKey {
  readonly kid: string;
  /** Private JWK, as the provider wants it. */
  readonly jwk: JWK;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * Makes the RSA 2048 signing key unless the database has one. Several replicas may call it at once:
 * only one key is made.
 */
export async function ensureSigningKey(prisma: PrismaClient): Promise<void> {
  if ((await prisma.signingKey.count()) > 0) return;
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  await prisma.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${CREATION_LOCK})`;
    if ((await transaction.signingKey.count()) > 0) return;
    await transaction.signingKey.create({ data: { kid, jwk: { ...jwk, kid, alg: 'RS256', use: 'sig' } } });
  });
}

/**
 * The published keys, newest first: the first one signs, all of them verify, so that a key can be
 * rotated by adding a row.
 */
export async function loadSigningKeys(prisma: PrismaClient): Promise<SigningKey[]> {
  const rows = await prisma.signingKey.findMany({ orderBy: { creation: 'desc' } });
  return rows.map(({ kid, jwk: stored }) => {
    const jwk = stored as JWK;
    const privateKey = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return { kid, jwk, privateKey, publicKey: createPublicKey(privateKey) };
  });
}

/** A secret that every replica has and nobody else knows; `purpose` keeps the uses apart. */
export function deriveSecret(key: SigningKey, purpose: string): string {
  return createHash('sha256').update(`${purpose}:${key.jwk.d}`).digest('base64url');
}
