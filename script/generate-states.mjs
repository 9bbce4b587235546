// Writes docs/states.md from the tables of src/domain/states. Run after `npm run build` when one changes;
// test/domain/states/document.test.ts fails until it has been.
import { writeFileSync } from 'node:fs';

const { statesDocument } = await import('../dist/src/domain/states/document.js');
const { STATE_TABLES } = await import('../dist/src/domain/transitions.js');
writeFileSync(new URL('../docs/states.md', import.meta.url), statesDocument(STATE_TABLES));
