import t from 'tap';
import { Kvp, RepeatedParameterError, splitList } from '../../../src/ogc/ows/kvp.js';

void t.test('names are read without regard to case, values with it', async (t) => {
  const kvp = Kvp.parse('SERVICE=WFS&typeNames=A:b&empty=&blank=%20&plus=a+b');
  t.equal(kvp.get('service'), 'WFS');
  t.equal(kvp.get('TYPENAMES'), 'A:b');
  t.equal(kvp.get('plus'), 'a b');
  t.equal(kvp.get('empty'), undefined);
  t.equal(kvp.get('blank'), undefined);
  t.equal(kvp.get('absent'), undefined);
  t.ok(kvp.has('Empty'));
  t.notOk(kvp.has('absent'));
});

void t.test('the first parameter with a value wins', async (t) => {
  const kvp = Kvp.parse('typeName=a&typeNames=');
  t.equal(kvp.first('typeNames', 'typeName'), 'a');
  t.equal(kvp.first('x', 'y'), undefined);
});

void t.test('a parameter given twice must say the same', async (t) => {
  t.equal(Kvp.parse('a=1&A=1').get('a'), '1');
  t.throws(() => Kvp.parse('a=1&A=2'), RepeatedParameterError);
  t.throws(() => Kvp.parse('a=1&A=2'), {
    parameter: 'a',
    message: 'Single value expected for request parameter a but instead found: [1, 2]',
  });
});

void t.test('parameters are listed in the order of the request', async (t) => {
  t.same(
    [...Kvp.parse('B=1&a=2').entries()],
    [
      ['b', '1'],
      ['a', '2'],
    ],
  );
});

void t.test('lists are cut at commas', async (t) => {
  t.same(splitList(' a, ,b,'), ['a', 'b']);
  t.same(splitList(undefined), []);
});
