import { SignJWT } from 'jose';
import type { ServerDeps } from '../../src/deps.js';
import { loadSigningKeys } from '../../src/identity/keys.js';

/** An access token that the emulator takes for its own, without a login. @param life seconds */
export async function signAccessToken(
  { prisma, config }: Pick<ServerDeps, 'prisma' | 'config'>,
  sub: string,
  life = 300,
): Promise<string> {
  const [key] = await loadSigningKeys(prisma);
  if (key === undefined) throw new Error('no signing key');
  const exp = Math.floor(Date.now() / 1000) + life;
  return new SignJWT({ sub, exp, iss: config.issuer, typ: 'Bearer', azp: 'gpf-warehouse', jti: 'test', scope: '' })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
    .sign(key.privateKey);
}
