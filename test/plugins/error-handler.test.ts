import Fastify from 'fastify';
import t from 'tap';
import { closeDeps, createDeps } from '../../src/deps.js';
import { createLogger } from '../../src/log.js';
import { errorHandlerPlugin } from '../../src/plugins/error-handler.js';
import { testConfig } from '../helpers/app.js';

void t.test('transactions that wait for one another: one goes on, the other answers 409', async (t) => {
  const config = await testConfig(t);
  const deps = await createDeps(config, createLogger(config, 'test'));
  t.teardown(() => closeDeps(deps));
  const app = Fastify();
  t.teardown(() => app.close());
  await app.register(errorHandlerPlugin);
  const datastores = await deps.prisma.datastore.findMany({ take: 2 });

  // Each holds its first row until both do, so that neither can have its second one.
  let holders = 0;
  let release: () => void = () => {};
  const bothHold = new Promise<void>((resolve) => (release = resolve));
  app.get<{ Params: { first: number } }>('/:first', async ({ params }) => {
    const order = Number(params.first) === 0 ? datastores : datastores.toReversed();
    await deps.prisma.$transaction(async (tx) => {
      for (const { id } of order) {
        await tx.$queryRaw`SELECT 1 FROM geopf.datastore WHERE id = ${id}::uuid FOR UPDATE`;
        if (++holders === 2) release();
        await bothHold;
      }
    });
    return {};
  });
  const answers = await Promise.all(['/0', '/1'].map((url) => app.inject({ url })));
  t.same(new Set(answers.map((answer) => answer.statusCode)), new Set([200, 409]));
  const refused = answers.find((answer) => answer.statusCode === 409);
  t.match(refused?.json(), { error: 'conflict', error_description: [/recommencez/] });
});
