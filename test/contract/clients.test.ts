import t from 'tap';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { PRODUCER_GRANT } from '../helpers/oidc.js';
import { replay } from './replay.js';

/** The QGIS plugin and cartes.gouv.fr cannot run here: what they send is replayed (fixtures/clients). */

for (const [client, fixture] of [
  ['the QGIS plugin', 'qgis-plugin-tiles.yaml'],
  ['cartes.gouv.fr', 'cartes-gouv-tiles.yaml'],
] as const) {
  void t.test(`${client}: tables to vector tiles in TMS`, async (t) => {
    const emulator = await startTestEmulator(t);
    const { token } = await logIn(emulator);
    await replay(t, fixture, { origin: emulator.origin, token });
  });
}

void t.test('the QGIS plugin delivers, processes, publishes and restricts', async (t) => {
  const emulator = await startTestEmulator(t);
  const { token } = await logIn(emulator);
  await replay(t, 'qgis-plugin.yaml', { origin: emulator.origin, token });
});

void t.test('cartes.gouv.fr: sandbox, dataset page, publication, keys', async (t) => {
  const emulator = await startTestEmulator(t);
  const producer = await logIn(emulator);
  const consumer = await logIn(emulator, 'consommateur');
  const { body: someone } = await consumer.call<{ _id: string }>('GET', '/users/me');
  const response = await fetch(`${emulator.origin}/realms/geoplateforme/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'sandbox-service',
      client_secret: PRODUCER_GRANT.client_secret,
    }),
  });
  const { access_token: service } = (await response.json()) as { access_token: string };
  await replay(t, 'cartes-gouv.yaml', {
    origin: emulator.origin,
    token: producer.token,
    consumer: consumer.token,
    consumerId: someone._id,
    service,
  });
});
