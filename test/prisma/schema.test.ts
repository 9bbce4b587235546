import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import t from 'tap';
import { projectRoot } from '../../src/supervisor/paths.js';
import { createTestDatabase } from '../helpers/database.js';

/** PostgreSQL types of Prisma's scalar types, without and with a native type attribute. */
const TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  Json: 'jsonb',
  '@db.Json': 'json',
  '@db.Uuid': 'uuid',
  '@db.Date': 'date',
  '@db.Timestamptz(6)': 'timestamp(6) with time zone',
};

/** Columns that prisma/schema.prisma declares: `table.column type [not null]`. */
function declaredColumns(schema: string): string[] {
  return [...schema.matchAll(/^model \w+ \{\n(.*?)^\}/gms)].flatMap(([, body = '']) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? '';
    return [...body.matchAll(/^ {2}(\w+) +(\w+)(\[\]|\?)?(.*)$/gm)].flatMap(([, field, type = '', mark, rest = '']) => {
      const [, unsupported, optional] = /^\("([^"]+)"\)(\??)/.exec(rest) ?? [];
      const column = unsupported ?? TYPES[/@db\.\w+(\(\d+\))?/.exec(rest)?.[0] ?? type];
      if (column === undefined) return []; // a relation
      const name = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field;
      const isOptional = mark === '?' || optional === '?';
      return [`${table}.${name} ${column}${mark === '[]' ? '[]' : isOptional ? '' : ' not null'}`];
    });
  });
}

void t.test('the migrations make exactly the columns of prisma/schema.prisma', async (t) => {
  const client = new pg.Client({ connectionString: await createTestDatabase(t) });
  await client.connect();
  const { rows } = await client.query<{ text: string }>(`
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ||
           CASE WHEN a.attnotnull AND a.attndims = 0 THEN ' not null' ELSE '' END AS text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'geopf'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
      AND a.attnum > 0 AND NOT a.attisdropped`);
  await client.end();
  const declared = declaredColumns(readFileSync(join(projectRoot(), 'prisma', 'schema.prisma'), 'utf8'));
  t.ok(declared.length > 100, 'the schema was read');
  t.strictSame(rows.map((row) => row.text).sort(), declared.sort());
});
