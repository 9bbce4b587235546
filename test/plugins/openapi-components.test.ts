import t from 'tap';
import { nameSchemas } from '../../src/plugins/openapi-components.js';

const Thing = { type: 'object', title: 'Thing', properties: { title: { type: 'string' } } };
const answer = (schema: object) => ({ description: 'Fait.', content: { 'application/json': { schema } } });

void t.test('a titled schema is said once and referred to, nested ones too', async (t) => {
  const Box = { type: 'object', title: 'Box', properties: { things: { type: 'array', items: Thing } } };
  const named = nameSchemas({
    openapi: '3.1.0',
    paths: { '/a': answer(Box), '/b': answer(Thing) },
    components: { x: 1 },
  });
  t.same(named, {
    openapi: '3.1.0',
    components: {
      x: 1,
      schemas: {
        Box: {
          type: 'object',
          title: 'Box',
          properties: { things: { type: 'array', items: { $ref: '#/components/schemas/Thing' } } },
        },
        Thing,
      },
    },
    paths: { '/a': answer({ $ref: '#/components/schemas/Box' }), '/b': answer({ $ref: '#/components/schemas/Thing' }) },
  });
});

void t.test('the description that a response took from its schema is no difference', async (t) => {
  const named = nameSchemas({ paths: { '/a': answer({ ...Thing, description: 'Fait.' }), '/b': answer(Thing) } });
  t.same(named.paths, {
    '/a': answer({ $ref: '#/components/schemas/Thing' }),
    '/b': answer({ $ref: '#/components/schemas/Thing' }),
  });
});

void t.test('another schema of the same title stays where it is', async (t) => {
  const other = { type: 'string', title: 'Thing' };
  const named = nameSchemas({ paths: { '/a': answer(Thing), '/b': answer(other) } });
  t.same(named.paths, { '/a': answer({ $ref: '#/components/schemas/Thing' }), '/b': answer(other) });
});
