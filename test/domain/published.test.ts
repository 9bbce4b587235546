import t from 'tap';
import { openVisit } from '../../src/domain/guard/visit.js';
import { publishedFeatureTypes } from '../../src/domain/published-feature-types.js';
import { touchPublications } from '../../src/domain/published.js';
import { buildTestApp } from '../helpers/app.js';
import { featureType, typeNamed } from '../helpers/feature-type.js';
import { publishFeatureType } from '../helpers/publish-wfs.js';

void t.test('a change of one publication is seen, and the others are not read again', async (t) => {
  const { deps } = await buildTestApp(t);
  const { pool, prisma } = deps;
  const base = (await publishedFeatureTypes(deps, openVisit('/wfs'))).types.length;
  for (const name of ['one', 'two']) await publishFeatureType(pool, featureType(name, ['gid integer'], null));
  await touchPublications(prisma);
  const first = await publishedFeatureTypes(deps, openVisit('/wfs'));
  t.equal(first.types.length, base + 2);

  await pool.query(
    `UPDATE geopf.offering SET publication = jsonb_set(publication, '{0,title}', '"Nouveau"')
     WHERE publication->0->>'name' = 'one'`,
  );
  t.equal(await publishedFeatureTypes(deps, openVisit('/wfs')), first, 'nothing is read while the epoch stays');
  await touchPublications(prisma);
  const second = await publishedFeatureTypes(deps, openVisit('/wfs'));
  t.equal(typeNamed(second, 'demo:one')?.title, 'Nouveau');
  t.equal(typeNamed(second, 'demo:two'), typeNamed(first, 'demo:two'), 'the other is the same object');

  await pool.query(`UPDATE geopf.offering SET available = false WHERE publication->0->>'name' = 'two'`);
  await touchPublications(prisma);
  t.notOk(typeNamed(await publishedFeatureTypes(deps, openVisit('/wfs')), 'demo:two'));
  await pool.query(`UPDATE geopf.offering SET available = true WHERE publication->0->>'name' = 'two'`);
  await touchPublications(prisma);
  t.ok(typeNamed(await publishedFeatureTypes(deps, openVisit('/wfs')), 'demo:two'));
});
