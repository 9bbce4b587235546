import fc from 'fast-check';
import { hostileText, type Schema, type Surroundings, valueOf } from './values.js';

/** Random requests for an operation of the OpenAPI document. */

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: Schema;
}

export interface Operation {
  readonly method: string;
  /** `/datastores/{datastore}/uploads`. */
  readonly path: string;
  readonly tag: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly mediaType: string; readonly schema: Schema } | null;
}

export interface GeneratedRequest {
  readonly method: string;
  /** Below `/api`, query included. */
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string | undefined;
  /** Who asks; `null`: nobody. */
  readonly caller: string | null;
}

/** Entities by path parameter, of the world the requests are sent to. */
export interface World extends Surroundings {
  readonly entities: Readonly<Record<string, string>>;
  readonly callers: readonly string[];
}

/** Requests that mostly fit the operation, and are wrong now and then in every part. */
export function requestFor(operation: Operation, world: World): fc.Arbitrary<GeneratedRequest> {
  const callers = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom<string | null>(...world.callers) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  return fc
    .record({
      path: pathOf(operation, world),
      query: queryOf(operation, world),
      sent: sentBody(operation, world),
      caller: callers,
    })
    .map(({ path, query, sent, caller }) => ({
      method: operation.method,
      path: query === '' ? path : `${path}?${query}`,
      ...sent,
      caller,
    }));
}

function pathOf({ path }: Operation, world: World): fc.Arbitrary<string> {
  const parts = path.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return fc.constant(part);
    const real = world.entities[name];
    return fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(real ?? '00000000-0000-4000-8000-000000000000') },
      { weight: 2, arbitrary: fc.uuid() },
      { weight: 1, arbitrary: fc.constantFrom(...world.ids) },
      { weight: 1, arbitrary: hostileText.map(escapeText) },
    );
  });
  return fc.tuple(...parts).map((texts) => texts.join(''));
}

function queryOf({ parameters }: Operation, world: World): fc.Arbitrary<string> {
  const known = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema = {} }) => {
      const value = fc.oneof(
        { weight: 12, arbitrary: valueOf(schema, world).map(asText) },
        { weight: 1, arbitrary: hostileText },
      );
      return fc.oneof(
        { weight: 12, arbitrary: fc.constant<string[]>([]) },
        { weight: 4, arbitrary: value.map((text) => [pair(name, text)]) },
        { weight: 1, arbitrary: fc.tuple(value, value).map(([a, b]) => [pair(name, a), pair(name, b)]) },
      );
    });
  const others = fc.oneof(
    { weight: 15, arbitrary: fc.constant<string[]>([]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('tags', 'tags[]', 'tags[a]', 'tags[__proto__]', 'fields', 'sort', 'page', 'x'),
          hostileText,
        )
        .map(([name, text]) => [pair(name, text)]),
    },
  );
  return fc.tuple(others, ...known).map((pairs) => pairs.flat().join('&'));
}

type Sent = Pick<GeneratedRequest, 'contentType' | 'body'>;

function sentBody({ method, body }: Operation, world: World): fc.Arbitrary<Sent> {
  const nothing = fc.constant<Sent>({ contentType: undefined, body: undefined });
  if (method === 'GET') return nothing;
  const broken = fc.oneof(
    nothing,
    fc.constantFrom<Sent>(
      { contentType: 'application/json', body: '{' },
      { contentType: 'application/json', body: '' },
      { contentType: 'application/json', body: 'null' },
      { contentType: 'text/plain', body: 'texte' },
      { contentType: 'application/xml', body: '<a/>' },
      { contentType: 'multipart/form-data; boundary=absent', body: 'x' },
      { contentType: 'application/x-www-form-urlencoded', body: 'a=1&a=2' },
    ),
  );
  if (body === null) return fc.oneof({ weight: 4, arbitrary: nothing }, { weight: 1, arbitrary: broken });
  const fitting = body.mediaType.startsWith('multipart/')
    ? formOf(body.schema, world)
    : valueOf(body.schema, world).map((value): Sent => ({
        contentType: 'application/json',
        body: JSON.stringify(value),
      }));
  return fc.oneof({ weight: 12, arbitrary: fitting }, { weight: 1, arbitrary: broken });
}

const BOUNDARY = 'geopf-fuzz';

/** Contents of files of the kinds that the API takes. */
const FILES = [
  '',
  'texte',
  '{"type":"FeatureCollection","features":[]}',
  '{',
  '<?xml version="1.0"?><gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd"/>',
  '<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld"><NamedLayer><Name>n</Name><UserStyle><FeatureTypeStyle><Rule/></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>',
  '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>',
  `<a>${'<b>'.repeat(5000)}`,
  '${name!""} <#if features??>a</#if>',
  '<#list 1..999999999 as x>${x}',
  '{"identifier":"style","title":"t"}',
  'SELECT 1; DROP SCHEMA geopf CASCADE;',
  'd41d8cd98f00b204e9800998ecf8427e  data/a.txt',
  'x'.repeat(300_000),
];

function formOf(schema: Schema, world: World): fc.Arbitrary<Sent> {
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => name !== 'file');
  const parts = fields.map(([name, inner]) =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('') },
      { weight: 3, arbitrary: valueOf(inner, world).map((value) => textPart(name, asText(value))) },
    ),
  );
  const file = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...FILES),
          fc.constantFrom('a.sld', 'a.xml', 'a.json', 'a.sql', 'a.ftl', '../a', 'é"\\.txt', ''),
        )
        .map(
          ([content, name]) =>
            `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content}\r\n`,
        ),
    },
    { weight: 1, arbitrary: fc.constant('') },
  );
  const end = fc.oneof(
    { weight: 10, arbitrary: fc.constant(`--${BOUNDARY}--\r\n`) },
    { weight: 1, arbitrary: fc.constant('') },
  );
  return fc
    .tuple(...parts, file, end)
    .map((texts) => ({ contentType: `multipart/form-data; boundary=${BOUNDARY}`, body: texts.join('') }));
}

function textPart(name: string, text: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
}

const pair = (name: string, text: string) => `${encodeURIComponent(name)}=${escapeText(text)}`;

/** Percent-encoding that also takes lone surrogates, which `encodeURIComponent` refuses. */
function escapeText(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
