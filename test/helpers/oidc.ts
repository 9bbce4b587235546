import type { FastifyInstance } from 'fastify';
import type { LightMyRequestResponse } from 'fastify';
import { REALM_PATH } from '../../src/identity/paths.js';

/** Path of the provider's protocol routes. */
export const PROTOCOL_PATH = `${REALM_PATH}/protocol/openid-connect`;

/** What the SDK sends for the producer of the default seed. */
export const PRODUCER_GRANT = {
  grant_type: 'password',
  username: 'producteur',
  password: 'geopf-local',
  client_id: 'gpf-warehouse',
  client_secret: 'any',
};

/** Sends a form to a protocol route: `token`, `revoke`, `token/introspect`. */
export function postForm(
  app: FastifyInstance,
  route: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: `${PROTOCOL_PATH}/${route}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  });
}

/** The header of HTTP Basic. */
export function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** The header of a bearer token. */
export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
