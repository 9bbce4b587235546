import { readFile } from 'node:fs/promises';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import t from 'tap';
import { openapiFile } from '../helpers/openapi.js';

void t.test('docs/openapi.json follows the recommended rules of OpenAPI documents', async (t) => {
  // The platform's own paths are ambiguous: /processings/{processing}/datastores and /processings/executions/{execution}.
  const config = await createConfig({ extends: ['recommended'], rules: { 'no-ambiguous-paths': 'off' } });
  const source = await readFile(openapiFile, 'utf8');
  const problems = await lintFromString({ source, absoluteRef: openapiFile, config });
  t.strictSame(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`),
    [],
  );
});
