import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Client } from 'oidc-provider';
import { KeycloakError } from '../keycloak-errors.js';
import { endSession } from '../sessions.js';
import { type BrowserSide, formOf } from './side.js';

/**
 * Logout without browser (access.md §1.4): an application sends the refresh token that it holds, with its
 * own credentials, and the session that the token came from ends.
 */
export async function refreshTokenLogout(
  browser: BrowserSide,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store');
  try {
    const form = formOf(request);
    const client = await authenticateClient(browser, form, request.headers.authorization);
    await endSessionOf(browser, client, form.get('refresh_token') ?? '');
    return reply.code(204).send();
  } catch (error) {
    if (!(error instanceof KeycloakError)) throw error;
    return reply
      .code(error.status)
      .type('application/json')
      .send({ error: error.error, error_description: error.error_description });
  }
}

async function endSessionOf({ provider, prisma }: BrowserSide, client: Client, refreshToken: string): Promise<void> {
  if (refreshToken === '') throw new KeycloakError('missingRefreshToken');
  const token = await provider.RefreshToken.find(refreshToken, { ignoreExpiration: true });
  if (token?.sid === undefined || token.clientId !== client.clientId) throw new KeycloakError('badRefreshToken');
  if (token.isExpired) throw new KeycloakError('expiredRefreshToken');
  await endSession(prisma, token.sid);
}

/** The client that a form or an HTTP Basic header speaks for. @throws KeycloakError */
async function authenticateClient(
  { provider }: BrowserSide,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<Client> {
  const basic = readBasic(authorization);
  const client = await provider.Client.find(basic?.id ?? form.get('client_id') ?? '');
  if (client === undefined) throw new KeycloakError('unknownClient');
  if (client.clientAuthMethod === 'none') return client;
  const secret = basic?.secret ?? form.get('client_secret') ?? '';
  if (secret === '' || !(await client.compareClientSecret(secret))) throw new KeycloakError('badClientSecret');
  return client;
}

/** Both parts are form-encoded (RFC 6749 §2.3.1). */
function readBasic(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const decode = (text: string) => new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
  return { id: decode(id), secret: decode(rest.join(':')) };
}
