// Writes docs/seed.schema.json from src/seed/schema.ts. Run after `npm run build` when the schema changes;
// test/seed/schema-document.test.ts fails until it has been.
import { writeFileSync } from 'node:fs';

const { seedSchemaDocument } = await import('../dist/src/seed/schema-document.js');
writeFileSync(new URL('../docs/seed.schema.json', import.meta.url), seedSchemaDocument());
