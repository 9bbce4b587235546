import t from 'tap';
import { type TSchema, Type } from 'typebox';
import Value from 'typebox/value';
import { type ValidationFault, validationSentences } from '../../src/plugins/validation-sentences.js';

/** The sentences about a body that does not match a schema. */
function sentences(schema: TSchema, value: unknown, context = 'body'): string[] {
  return validationSentences(Value.Errors(schema, value) as unknown as ValidationFault[], context);
}

const Point = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 5 }),
  level: Type.Integer({ minimum: 0, maximum: 20 }),
});

void t.test('every missing field is named', async (t) => {
  t.strictSame(sentences(Point, {}), ['Le champ "name" est obligatoire.', 'Le champ "level" est obligatoire.']);
});

void t.test('a fault in a list names the place', async (t) => {
  const schema = Type.Object({ type_infos: Type.Object({ used_data: Type.Array(Point) }) });
  t.strictSame(sentences(schema, { type_infos: { used_data: [{ name: 'a', level: 21 }, { level: 1 }] } }), [
    'Le champ "type_infos.used_data[0].level" doit être inférieur ou égal à 20.',
    'Le champ "type_infos.used_data[1].name" est obligatoire.',
  ]);
});

void t.test('each kind of fault has its sentence', async (t) => {
  const cases: [TSchema, unknown, string][] = [
    [Type.Integer(), 'x', 'Le champ "v" doit être un nombre entier.'],
    [Type.String({ minLength: 1 }), '', 'Le champ "v" ne doit pas être vide.'],
    [Type.String({ minLength: 2 }), 'a', 'Le champ "v" doit compter au moins 2 caractères.'],
    [Type.String({ maxLength: 2 }), 'abc', 'Le champ "v" ne doit pas dépasser 2 caractères.'],
    [Type.Number({ minimum: 1 }), 0, 'Le champ "v" doit être supérieur ou égal à 1.'],
    [Type.Number({ exclusiveMinimum: 1 }), 1, 'Le champ "v" doit être strictement supérieur à 1.'],
    [Type.Number({ exclusiveMaximum: 1 }), 1, 'Le champ "v" doit être strictement inférieur à 1.'],
    [Type.Array(Type.String(), { minItems: 1 }), [], 'Le champ "v" doit contenir au moins 1 élément(s).'],
    [Type.Array(Type.String(), { maxItems: 1 }), ['a', 'b'], 'Le champ "v" ne doit pas contenir plus de 1 élément(s).'],
    [Type.Array(Type.String(), { uniqueItems: true }), ['a', 'a'], 'Le champ "v" ne doit pas contenir de doublon.'],
    [Type.Enum(['A', 'B']), 'C', 'Le champ "v" doit être l\'une des valeurs : A, B.'],
    [Type.Union([Type.Literal('A'), Type.Literal('B')]), 'C', 'Le champ "v" doit être l\'une des valeurs : A, B.'],
    [Type.Literal('A'), 'C', 'Le champ "v" doit valoir "A".'],
    [Type.Union([Type.String(), Type.Null()]), 1, 'Le champ "v" est invalide.'],
    [Type.String({ format: 'uuid' }), 'x', 'Le champ "v" n\'est pas un identifiant (UUID) valide.'],
    [Type.String({ format: 'date' }), 'x', 'Le champ "v" n\'est pas au format date.'],
    [Type.String({ pattern: '^a$' }), 'x', 'Le champ "v" n\'a pas la forme attendue : ^a$.'],
    [
      Type.Object({}, { additionalProperties: false }),
      { a: 1, b: 2 },
      'Le champ "v" contient des champs inconnus : a, b.',
    ],
  ];
  for (const [schema, value, sentence] of cases) {
    t.strictSame(sentences(Type.Object({ v: schema }), { v: value }), [sentence], sentence);
  }
});

void t.test('a union of objects told apart by a constant has the faults of the one that was meant', async (t) => {
  const schema = Type.Object({
    callback: Type.Union([
      Type.Object({ type: Type.Literal('email'), to: Type.Array(Type.String({ minLength: 3 })) }),
      Type.Object({ type: Type.Literal('api'), url: Type.String(), method: Type.Enum(['POST', 'PUT']) }),
    ]),
  });
  const told = (callback: unknown) => sentences(schema, { callback });
  t.strictSame(told({ type: 'api', method: 'GET' }), [
    'Le champ "callback.url" est obligatoire.',
    'Le champ "callback.method" doit être l\'une des valeurs : POST, PUT.',
  ]);
  t.strictSame(told({ type: 'email', to: ['a'] }), ['Le champ "callback.to[0]" doit compter au moins 3 caractères.']);
  t.strictSame(told({ type: 'fax' }), ['Le champ "callback.type" doit être l\'une des valeurs : email, api.']);
  t.strictSame(told(3), ['Le champ "callback" est invalide.']);
});

void t.test('a union whose branch says what is wrong inside says nothing more', async (t) => {
  const schema = Type.Object({ labels: Type.Union([Type.String(), Type.Array(Type.String({ minLength: 1 }))]) });
  t.strictSame(sentences(schema, { labels: ['a', ''] }), ['Le champ "labels[1]" ne doit pas être vide.']);
  t.strictSame(sentences(schema, { labels: 3 }), ['Le champ "labels" est invalide.']);
});

void t.test('query and path faults speak of a parameter', async (t) => {
  t.strictSame(sentences(Type.Object({ page: Type.Integer() }), { page: 'x' }, 'querystring'), [
    'Le paramètre "page" doit être un nombre entier.',
  ]);
});

void t.test('an absent body says so', async (t) => {
  t.strictSame(sentences(Point, null), ['Le corps de la requête est absent ou n’a pas la forme attendue.']);
});
