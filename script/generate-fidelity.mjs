// Writes docs/fidelity.md from the lists of src/catalogue. Run after `npm run build` when one changes;
// test/catalogue/fidelity.test.ts fails until it has been.
import { writeFileSync } from 'node:fs';

const { fidelityDocument } = await import('../dist/src/catalogue/fidelity-document.js');
writeFileSync(new URL('../docs/fidelity.md', import.meta.url), fidelityDocument());
