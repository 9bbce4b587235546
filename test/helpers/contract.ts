import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { Compile } from 'typebox/schema';
import type { Test } from 'tap';
import { projectRoot } from '../../src/supervisor/paths.js';

type JsonSchema = {
  required?: string[];
  properties?: Record<string, JsonSchema>;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  format?: string;
  enum?: string[];
  [key: string]: unknown;
};

/** A departure from a schema of the contract, with its line in docs/differences.md. */
interface AdaptedSchema {
  readonly schema: string;
  readonly line: string;
  /** Members that the contract requires and our answers may lack. */
  readonly optional?: readonly string[];
  /** Members whose declared format is not that of the platform's own answers. */
  readonly unformatted?: readonly string[];
  /** Legal values beside the contract's. */
  readonly values?: readonly string[];
}

const DATES = ['creation', 'update'] as const;
const OFFERING_DETAILS = ['configuration', 'endpoint', 'public_activity', 'urls'] as const;

export const ADAPTED_SCHEMAS: readonly AdaptedSchema[] = [
  { schema: 'AccessDetailWithKeyResponseDto', line: 'K1', optional: ['permission'] },
  { schema: 'AuthorResponseDto', line: 'A6', optional: DATES },
  { schema: 'Callback', line: 'E12', optional: ['to_address'] },
  { schema: 'CallbackTypeEnum', line: 'E12', values: ['api'] },
  { schema: 'CheckingExecutionCheckResponseDto', line: 'A6', optional: DATES },
  { schema: 'CheckingExecutionUploadResponseDto', line: 'A6', optional: DATES },
  { schema: 'CommunityUserDto', line: 'A6', optional: DATES },
  { schema: 'CommunityUserDto', line: 'A13', optional: ['datastore'] },
  { schema: 'DatastoreCommunityResponseDto', line: 'A6', optional: DATES },
  { schema: 'DatastoreStoragesResponseDto', line: 'C5', optional: ['uploads', 'annexes'] },
  { schema: 'EventInitiatorDto', line: 'A6', optional: DATES },
  { schema: 'EventResponseDto', line: 'A11', optional: ['initiator'] },
  { schema: 'OfferingStandardListResponseDto', line: 'K1', optional: [...DATES, ...OFFERING_DETAILS] },
  { schema: 'PermissionAccountBeneficiaryResponseDto', line: 'A6', optional: DATES },
  { schema: 'PermissionBeneficiaryDto', line: 'A6', optional: DATES },
  { schema: 'PermissionCommunityBeneficiaryResponseDto', line: 'A6', optional: DATES },
  { schema: 'PermissionDatastoreAuthorDto', line: 'A6', optional: DATES },
  { schema: 'PermissionExtendedListResponseDto', line: 'K1', optional: ['end_date'] },
  { schema: 'PermissionOfferingDetailsResponseDto', line: 'A6', optional: DATES },
  { schema: 'PermissionOfferingResponseDto', line: 'A6', optional: DATES },
  { schema: 'PermissionResponseDto', line: 'K1', optional: [...DATES, 'end_date'] },
  { schema: 'PermissionStandardListResponseDto', line: 'K1', optional: ['end_date'] },
  { schema: 'PermissionWithOfferingsDetailsResponseDto', line: 'K1', optional: ['end_date'] },
  { schema: 'PermissionWithOfferingsResponseDto', line: 'K1', optional: ['end_date'] },
  { schema: 'ProcessingExecutionStoredDataDto', line: 'E11', optional: ['srs'] },
  { schema: 'StoredDataDependencyResponseDto', line: 'A6', optional: DATES },
  { schema: 'UserKeyResponseDto', line: 'A6', optional: DATES },
  { schema: 'ConfigurationEventDto', line: 'A5', unformatted: ['date'] },
  { schema: 'EventDto', line: 'A5', unformatted: ['date'] },
  { schema: 'EventResponseDto', line: 'A5', unformatted: ['date'] },
];

const definitions = readDefinitions();

/** An operation of the contract (fixtures/contract/routes.json). */
export interface ContractOperation {
  readonly method: string;
  /** Below `/api` unless `outside_api`: `/datastores/{datastore}/uploads`. */
  readonly path: string;
  readonly tag: string;
  readonly right: string;
  readonly success: number;
  /** Name of a schema, `Name[]`, a media type, or `null` when the answer has no body. */
  readonly response: string | null;
  /** `seen`: a client or page shows it; `inferred` otherwise. */
  readonly confidence: 'seen' | 'inferred';
  readonly outside_api?: true;
  /** Media types of the answer, when it may be something else than JSON. */
  readonly produces?: readonly string[];
  /** Line of docs/differences.md that says why this entry is not what the platform's documents say. */
  readonly adapted?: string;
  /** Its items are reduced by `fields`: nothing but `_id` is required. */
  readonly partial?: true;
}

/** Every operation of the contract. */
export const CONTRACT_OPERATIONS: readonly ContractOperation[] = JSON.parse(
  readFileSync(join(projectRoot(), 'fixtures', 'contract', 'routes.json'), 'utf8'),
) as ContractOperation[];

/** Method and URL of a route without the names of its parameters. */
export const operationShape = (method: string, url: string) =>
  `${method} ${url.replaceAll(/\{\w+\}|:\w+|\*/g, '?').replace(/(.)\/$/, '$1')}`;

const byShape = new Map(
  CONTRACT_OPERATIONS.map((one) => [operationShape(one.method, `${one.outside_api ? '' : '/api'}${one.path}`), one]),
);

/**
 * Watches every answer of the API in a test: one that is not what the contract says becomes a 500 that tells the
 * faults, so that whatever test asked for it fails. Errors must have the API's own shape.
 */
export const contractObserver: FastifyPluginAsync = fp(async (app) => {
  app.addHook('onSend', async (request, reply, payload) => {
    const operation = byShape.get(operationShape(request.method, request.routeOptions.url ?? ''));
    if (operation === undefined || typeof payload !== 'string') return payload;
    const contentType = String(reply.getHeader('content-type') ?? '');
    const faults =
      reply.statusCode < 400
        ? successFaults(operation, { status: reply.statusCode, contentType, payload })
        : errorFaults(contentType, payload);
    if (faults.length === 0) return payload;
    reply.code(500).header('content-type', 'application/json');
    return JSON.stringify({ contract: `${request.method} ${request.url}`, faults, answer: payload.slice(0, 2000) });
  });
});

function successFaults(
  operation: ContractOperation,
  { status, contentType, payload }: { status: number; contentType: string; payload: string },
): string[] {
  if (status === 304 || status === 206) return [];
  if (status !== operation.success) return [`status ${status}, the contract says ${operation.success}`];
  const { response, partial } = operation;
  if (response === null) return payload === '' ? [] : ['a body, the contract says none'];
  if (response.includes('/') || response === 'unknown') return [];
  if (!contentType.includes('json') && operation.produces?.some((type) => contentType.startsWith(type))) return [];
  const answer = JSON.parse(payload) as unknown;
  if (response === 'integer') return Number.isInteger(answer) ? [] : ['not an integer'];
  if (!response.endsWith('[]')) return contractFaults(response, answer, { partial });
  if (!Array.isArray(answer)) return ['not a list'];
  const item = response.slice(0, -'[]'.length);
  return answer.flatMap((one, index) =>
    item === 'string'
      ? typeof one === 'string'
        ? []
        : [`/${index}: not a string`]
      : contractFaults(item, one, { partial }).map((fault) => `/${index}${fault}`),
  );
}

function errorFaults(contentType: string, payload: string): string[] {
  if (!contentType.startsWith('application/json')) return [`an error of type ${contentType}`];
  const { error, error_description, ...more } = JSON.parse(payload) as Record<string, unknown>;
  const sentences = Array.isArray(error_description) ? error_description : [];
  const isRight =
    typeof error === 'string' &&
    sentences.length > 0 &&
    sentences.every((one) => typeof one === 'string' && one !== '');
  return isRight && Object.keys(more).length === 0 ? [] : ['not {error, error_description[]}'];
}

const compiled = new Map<string, ReturnType<typeof Compile>>();

/**
 * The ways in which an answer departs from a schema of fixtures/contract, empty when it does not.
 * @param options.partial the answer is an item of a list that `fields` reduced: nothing is required
 */
export function contractFaults(
  dto: string,
  answer: unknown,
  options: { partial?: boolean | undefined } = {},
): string[] {
  const schema = definitions[dto];
  if (schema === undefined) throw new Error(`fixtures/contract has no ${dto}`);
  const partial = options.partial === true;
  const key = `${dto} ${partial}`;
  let validator = compiled.get(key);
  if (validator === undefined) {
    const root = partial ? { ...schema, required: ['_id'] } : schema;
    validator = Compile({ ...root, $defs: definitions } as never);
    compiled.set(key, validator);
  }
  if (validator.Check(answer)) return [];
  const [, errors] = validator.Errors(answer);
  return errors.map((error) => `${error.instancePath || '/'}: ${error.message}`);
}

/** Asserts that an answer is what the contract says. */
export function matchContract(t: Test, dto: string, answer: unknown, options: { partial?: boolean } = {}): void {
  t.same(contractFaults(dto, answer, options), [], `the answer is a ${dto}`);
}

/** Makes members optional, in the parts of a schema too. */
function relax(schema: JsonSchema, members: readonly string[]): void {
  if (schema.required !== undefined) schema.required = schema.required.filter((one) => !members.includes(one));
  for (const part of [...(schema.allOf ?? []), ...(schema.anyOf ?? [])]) relax(part, members);
}

function readDefinitions(): Record<string, JsonSchema> {
  const path = join(projectRoot(), 'fixtures', 'contract', 'schemas.json');
  const { $defs } = JSON.parse(readFileSync(path, 'utf8')) as { $defs: Record<string, JsonSchema> };
  for (const { schema: name, optional = [], unformatted = [], values = [] } of ADAPTED_SCHEMAS) {
    const schema = $defs[name];
    if (schema === undefined) continue;
    relax(schema, optional);
    for (const member of unformatted) delete schema.properties?.[member]?.format;
    schema.enum?.push(...values);
  }
  return $defs;
}
