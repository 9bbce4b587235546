import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Compile } from 'typebox/schema';
import type { Test } from 'tap';
import { projectRoot } from '../../src/supervisor/paths.js';

type JsonSchema = {
  required?: string[];
  properties?: Record<string, JsonSchema>;
  format?: string;
  [key: string]: unknown;
};

/**
 * Departures from the contract's schemas, each with a line in docs/differences.md: members that a
 * nested reference does not have (a strict client crashes on unknown ones) and dates without zone.
 */
const NOT_REQUIRED: Readonly<Record<string, readonly string[]>> = {
  AuthorResponseDto: ['creation', 'update'],
  CheckingExecutionCheckResponseDto: ['creation', 'update'],
  CheckingExecutionUploadResponseDto: ['creation', 'update'],
  DatastoreCommunityResponseDto: ['creation', 'update'],
  EventInitiatorDto: ['creation', 'update'],
  EventResponseDto: ['initiator'],
  ProcessingExecutionStoredDataDto: ['srs'],
};
const WITHOUT_ZONE: readonly string[] = ['ConfigurationEventDto', 'EventDto', 'EventResponseDto'];

const definitions = readDefinitions();

/**
 * The ways in which an answer departs from a schema of fixtures/contract, empty when it does not.
 * @param options.partial the answer is an item of a list that `fields` reduced: nothing is required
 */
export function contractFaults(dto: string, answer: unknown, options: { partial?: boolean } = {}): string[] {
  const schema = definitions[dto];
  if (schema === undefined) throw new Error(`fixtures/contract has no ${dto}`);
  const root = options.partial === true ? { ...schema, required: ['_id'] } : schema;
  const [, errors] = Compile({ ...root, $defs: definitions } as never).Errors(answer);
  return errors.map((error) => `${error.instancePath || '/'}: ${error.message}`);
}

/** Asserts that an answer is what the contract says. */
export function matchContract(t: Test, dto: string, answer: unknown, options: { partial?: boolean } = {}): void {
  t.same(contractFaults(dto, answer, options), [], `the answer is a ${dto}`);
}

function readDefinitions(): Record<string, JsonSchema> {
  const path = join(projectRoot(), 'fixtures', 'contract', 'schemas.json');
  const { $defs } = JSON.parse(readFileSync(path, 'utf8')) as { $defs: Record<string, JsonSchema> };
  for (const [name, members] of Object.entries(NOT_REQUIRED)) {
    const schema = $defs[name];
    if (schema?.required !== undefined) schema.required = schema.required.filter((one) => !members.includes(one));
  }
  for (const name of WITHOUT_ZONE) delete $defs[name]?.properties?.date?.format;
  return $defs;
}
