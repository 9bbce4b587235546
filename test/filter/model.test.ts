import t from 'tap';
import { allOf, localName, metresPerUnit, readPattern, type Filter } from '../../src/filter/model.js';

const isNull: Filter = { kind: 'isNull', operand: { kind: 'property', name: 'a' } };

void t.test('filters are joined without those that always hold', async (t) => {
  t.same(allOf([]), { kind: 'include' });
  t.same(allOf([{ kind: 'include' }, isNull]), isNull);
  t.same(allOf([isNull, { kind: 'exclude' }]), { kind: 'and', filters: [isNull, { kind: 'exclude' }] });
});

void t.test('prefixes of attribute references are dropped', async (t) => {
  t.equal(localName('a'), 'a');
  t.equal(localName('ns:a'), 'a');
  t.equal(localName('ns:type/ns:a'), 'a');
});

void t.test('patterns keep escaped characters exact', async (t) => {
  const symbols = { any: '*', one: '?', escape: '\\' };
  t.same(readPattern('', symbols), []);
  t.same(readPattern('a*b?', symbols), [{ text: 'a' }, 'any', { text: 'b' }, 'one']);
  t.same(readPattern('\\*\\\\x\\', symbols), [{ text: '*\\x\\' }]);
  t.same(readPattern('a*', { any: '', one: '', escape: '' }), [{ text: 'a*' }], 'empty symbols do not exist');
  t.same(readPattern('a!!*', { any: '*', one: '.', escape: '!' }), [{ text: 'a!' }, 'any']);
});

void t.test('units of length are metres', async (t) => {
  t.equal(metresPerUnit('meters'), 1);
  t.equal(metresPerUnit('Statute Miles'), 1609.344);
  t.equal(metresPerUnit('http://www.opengis.net/gml/units#km'), 1000);
  t.equal(metresPerUnit('constructor'), null);
});
