import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { API_ERRORS, ApiError, badRequest, conflict, forbidden, notFound } from '../src/errors.js';
import { projectRoot } from '../src/supervisor/paths.js';

void t.test('docs/errors.md lists each code with its status, and no other', async (t) => {
  const text = await readFile(join(projectRoot(), 'docs', 'errors.md'), 'utf8');
  const listed = [...text.matchAll(/^\| `(\w+)`\s*\| (\d+)/gm)].map(([, code, status]) => [code, Number(status)]);
  t.same(Object.fromEntries(listed), API_ERRORS);
});

void t.test('an error knows its status and its body', async (t) => {
  const error = new ApiError('conflict', 'Première phrase.', 'Seconde phrase.');
  t.equal(error.status, 409);
  t.equal(error.message, 'Première phrase. Seconde phrase.');
  t.same(error.toBody(), { error: 'conflict', error_description: ['Première phrase.', 'Seconde phrase.'] });
});

void t.test('the short constructors name the usual codes', async (t) => {
  t.same(
    [badRequest('a'), forbidden('a'), notFound('a'), conflict('a')].map((error) => error.status),
    [400, 403, 404, 409],
  );
});
