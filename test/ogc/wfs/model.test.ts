import t from 'tap';
import {
  groupByNamespace,
  namespaceUri,
  publicColumn,
  publicColumns,
  qualifiedName,
  type FeatureType,
} from '../../../src/ogc/wfs/model.js';
import { featureType } from '../../helpers/feature-type.js';

const type: FeatureType = featureType('communes', ['gid integer not null', 'nom text'], null);

void t.test('names and namespaces come from the configuration', async (t) => {
  t.equal(qualifiedName(type), 'demo:communes');
  t.equal(namespaceUri(type), 'http://demo');
});

void t.test('the key shows only when it is exposed', async (t) => {
  t.same(
    publicColumns(type).map(({ name }) => name),
    ['nom'],
  );
  t.same(
    publicColumns({ ...type, exposePrimaryKey: true }).map(({ name }) => name),
    ['gid', 'nom'],
  );
  t.equal(publicColumn(type, 'gid'), undefined);
  t.equal(publicColumn(type, 'nothere'), undefined);
  t.equal(publicColumn(type, 'nom')?.type, 'text');
});

void t.test('types are grouped by namespace', async (t) => {
  const other = { ...type, prefix: 'autre' };
  t.same(
    [...groupByNamespace([type, other, type])].map(([namespace, types]) => [namespace, types.length]),
    [
      ['http://demo', 2],
      ['http://autre', 1],
    ],
  );
});
