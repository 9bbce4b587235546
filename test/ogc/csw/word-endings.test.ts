import t from 'tap';
import { endingsOf, endingsQuery } from '../../../src/ogc/csw/word-endings.js';

void t.test('a word is indexed whole, after a mark, and by its endings', async (t) => {
  t.same(endingsOf(['Forêt, œil']), ['^foret', 'foret', 'oret', 'ret', '^oeil', 'oeil', 'eil']);
  t.same(endingsOf(["d'eau", 'EAU']), ['^d', '^eau', 'eau']);
  t.same(endingsOf(['x'.repeat(41)]), [], 'no word');
});

void t.test('what one record may hold has an end', async (t) => {
  const words = Array.from({ length: 20_000 }, (_, i) => `mot${String(i).padStart(30, 'x')}`);
  const entries = endingsOf([words.join(' ')]);
  t.ok(entries.join('').length <= 300_000);
  t.ok(entries.length > 1000);
});

void t.test('texts that no entry is like', async (t) => {
  for (const text of ['!', 'ab', 'é'.repeat(2000)])
    t.equal(endingsQuery({ text, isEnding: true, isPrefix: true }), null);
});
