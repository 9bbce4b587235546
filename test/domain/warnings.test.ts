import t from 'tap';
import { warningHeader } from '../../src/domain/warnings.js';

await t.test('a header carries the sentences in ASCII', async (t) => {
  t.equal(
    warningHeader(['Ligne 3 : l’élément « Fill » n’est pas géré.', 'Œuvre\nœuvre…']),
    `Ligne 3 : l'element "Fill" n'est pas gere. Oeuvre oeuvre...`,
  );
});

await t.test('a long header is cut', async (t) => {
  const header = warningHeader(['x'.repeat(5000)]);
  t.equal(header.length, 1000);
  t.match(header, /\.\.\.$/);
});
