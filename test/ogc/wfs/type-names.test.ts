import t from 'tap';
import { Kvp } from '../../../src/ogc/ows/kvp.js';
import { readTypeNames, resolveTypeName, typesOfIds } from '../../../src/ogc/wfs/type-names.js';
import { featureType } from '../../helpers/feature-type.js';

const a = featureType('a', [], null);
const b = featureType('b', [], null);
const twin = { ...b, prefix: 'other' };
const resolve = (query: string) => readTypeNames(Kvp.parse(query)).map((name) => resolveTypeName(name, [a, b, twin]));

void t.test('names are read from either parameter, whatever separates them', async (t) => {
  t.same(resolve('typeNames=demo:a,demo:b'), [a, b]);
  t.same(resolve('typeName=(demo:a)(demo:b)'), [a, b]);
  t.same(resolve('typeNames=demo:a,demo:a'), [a]);
  t.same(resolve(''), []);
});

void t.test('prefixes may be the client’s own', async (t) => {
  t.same(resolve('typeNames=x:b&namespaces=xmlns(y,http://demo),xmlns(x,http://other)'), [twin]);
  t.same(resolve('typeName=x:b&namespace=xmlns(x=http://demo)'), [b]);
  t.throws(() => resolve('typeNames=x:b'), { message: 'Feature type :x:b unknown' });
});

void t.test('a local name must be that of one type', async (t) => {
  t.same(resolve('typeNames=a'), [a]);
  t.throws(() => resolve('typeNames=b'), { code: 'InvalidParameterValue', locator: 'typeName' });
  t.throws(() => resolve('typeNames=c'), { message: 'Feature type :c unknown' });
});

void t.test('ids tell their type', async (t) => {
  t.same(typesOfIds(['a.1', 'a.2'], [a, b, twin]), [a]);
  t.same(typesOfIds(['ab.1'], [a, b]), []);
});
