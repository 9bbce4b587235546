import { randomUUID } from 'node:crypto';
import t from 'tap';
import { openSecret, sealSecret } from '../../src/domain/key-secrets.js';
import { buildTestApp } from '../helpers/app.js';

void t.test('secrets of keys', async (t) => {
  const { deps } = await buildTestApp(t);
  const id = randomUUID();

  await t.test('are read again by the key they were sealed for, and only by it', async (t) => {
    const sealed = await sealSecret(deps, id, 'clé secrète');
    t.equal(await openSecret(deps, id, sealed), 'clé secrète');
    t.notMatch(Buffer.from(sealed, 'base64url').toString('latin1'), /secr/);
    t.not(await sealSecret(deps, id, 'clé secrète'), sealed, 'a nonce is used once');
    await t.rejects(openSecret(deps, randomUUID(), sealed));
    await t.rejects(openSecret(deps, id, `${sealed.slice(0, -2)}AA`));
    await t.rejects(openSecret({ ...deps, instanceId: 'other' }, id, sealed));
  });

  await t.test('sealed at once before the first use all open', async (t) => {
    await deps.prisma.setting.delete({ where: { name: 'user_key_secret' } });
    const sealed = await Promise.all(Array.from({ length: 5 }, (_, n) => sealSecret(deps, id, String(n))));
    t.same(await Promise.all(sealed.map((one) => openSecret(deps, id, one))), ['0', '1', '2', '3', '4']);
  });
});
