import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';
import type { Deps } from '../deps.js';

/**
 * Secrets of user keys that their owners may read again, encrypted at rest (access.md §9): AES-256-GCM, a random nonce
 * of 96 bits, the id of the key as additional data, so that a secret moved to another row cannot be read.
 *
 * The key of the cipher is HKDF-SHA-256 of 32 random bytes, with the id of the instance as salt and {@link PURPOSE} as
 * info. Like the signing keys of the identity provider, these bytes are made at the first need, kept in the registry
 * (`setting`) and left alone by a reset: the table of keys, its dumps and the logs tell nothing without them.
 */

type CipherDeps = Pick<Deps, 'prisma' | 'instanceId'>;

const SETTING = 'user_key_secret';
const PURPOSE = 'geopf-local user keys, version 1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The text encrypted for that key: base64url of nonce, tag and cipher text. */
export async function sealSecret(deps: CipherDeps, keyId: string, text: string): Promise<string> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', await cipherKey(deps), nonce).setAAD(Buffer.from(keyId));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** What {@link sealSecret} encrypted. @throws Error when it was changed or belongs to another key */
export async function openSecret(deps: CipherDeps, keyId: string, sealed: string): Promise<string> {
  const bytes = Buffer.from(sealed, 'base64url');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', await cipherKey(deps), nonce)
    .setAAD(Buffer.from(keyId))
    .setAuthTag(tag);
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

/** SHA-256, hexadecimal: what a presented value is looked up by. */
export function digestOf(value: string): string {
  return hash('sha256', value, 'hex');
}

/** Replicas that make it at once agree on the first one. */
async function cipherKey({ prisma, instanceId }: CipherDeps): Promise<Buffer> {
  const known = await prisma.setting.findUnique({ where: { name: SETTING } });
  if (known === null) {
    const value = randomBytes(32).toString('base64url');
    await prisma.setting.createMany({ data: [{ name: SETTING, value }], skipDuplicates: true });
  }
  const { value } = known ?? (await prisma.setting.findUniqueOrThrow({ where: { name: SETTING } }));
  return Buffer.from(hkdfSync('sha256', Buffer.from(value, 'base64url'), instanceId, PURPOSE, 32));
}
