import t from 'tap';
import { NOMENCLATURES } from '../../../src/catalogue/nomenclatures.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';

interface Term {
  type: string;
  term: string;
  label: string;
}

interface TmsFile {
  id: string;
  crs: string;
  tileMatrices: { id: string; cellSize: number; pointOfOrigin: number[]; matrixWidth: number }[];
}

void t.test('the files that all datastores share', async (t) => {
  const api = await startApi(t);
  const user = await logIn(api, 'consommateur');
  const ids = async (query: string) =>
    (await user.call<{ _id: string }[]>('GET', `/statics/tms?limit=100&${query}`)).body.map(({ _id }) => _id);

  await t.test('they ask for a token, and nothing more', async (t) => {
    for (const path of ['nomenclatures', 'tms', 'tms/PM', 'tms/PM/file']) {
      t.equal((await api.app.inject({ url: `/api/statics/${path}` })).statusCode, 401, path);
      t.equal((await user.call('GET', `/statics/${path}`)).status, 200, path);
    }
  });

  await t.test('nomenclatures are filtered by type, term and label', async (t) => {
    const all = await user.call<Term[]>('GET', '/statics/nomenclatures?limit=100&page=2');
    t.equal(all.headers.get('content-range'), `101-${100 + all.body.length}/${NOMENCLATURES.length}`);
    const zones = await user.call<Term[]>('GET', '/statics/nomenclatures?type=ZONE&term=D075');
    t.same(zones.body, [{ type: 'ZONE', term: 'D075', label: 'Paris' }]);
    const { body: metropolis } = await user.call<Term[]>('GET', '/statics/nomenclatures?label=france%20m%25');
    t.match(
      metropolis.find(({ type }) => type === 'ZONE'),
      { term: 'FXX', label: 'France métropolitaine' },
    );
    for (const [type, term] of [
      ['CRS', 'EPSG:2154'],
      ['FORMAT', 'SHP'],
      ['RESOLUTION', '1m'],
      ['ECONOMICAL_MODEL', 'FREE'],
    ]) {
      const { body } = await user.call<Term[]>('GET', `/statics/nomenclatures?type=${type}&term=${term}`);
      t.match(body, [{ type, term, label: String }]);
    }
    t.equal((await user.call('GET', '/statics/nomenclatures?type=COULEUR')).status, 400);
  });

  await t.test('the 71 tile matrix sets are listed and filtered', async (t) => {
    const { body, headers } = await user.call<object[]>('GET', '/statics/tms');
    t.equal(headers.get('content-range'), '1-10/71');
    t.same(Object.keys(body[0] ?? {}), ['_id', 'srs']);
    t.same(await ids('type=PM'), ['PM'], 'type is the identifier');
    t.same(await ids('type=pm%25'), ['PM', 'PM_5cm']);
    t.same(await ids('type=LAMB93%25_mnt'), ['LAMB93_1M_MNT']);
    t.same(await ids('type=LAMB93_'), [], 'an underscore is itself');
    t.same(await ids('srs=ipgf%25'), []);
    t.same(await ids('srs=epsg:3857'), ['PM', 'PM_5cm']);
    t.same(await ids('srs=EPSG:4326&resolution=0.703125'), ['4326']);
    t.same(await ids('resolution=156543.034'), ['PM', 'PM_5cm']);
    t.same(await ids('resolution=3.14'), []);
    t.equal((await user.call('GET', '/statics/tms?resolution=fine')).status, 400);
    t.equal((await user.call('GET', '/statics/tms?page=8')).headers.get('content-range'), '71-71/71');
    t.equal((await user.call('GET', '/statics/tms?page=9')).headers.get('content-range'), '0-0/71');
  });

  await t.test('a set tells its levels', async (t) => {
    const { body } = await user.call<{ levels: { id: string; resolution: number }[] }>('GET', '/statics/tms/PM');
    t.match(body, { _id: 'PM', srs: 'EPSG:3857' });
    t.equal(body.levels.length, 22);
    t.match(body.levels[0], { id: '0', resolution: 156543.033928041 });
    for (const wrong of ['pm', 'constructor', '..%2Fx', '%00']) {
      const { status } = await user.call('GET', `/statics/tms/${wrong}`);
      t.ok(status === 404 || status === 400, `${wrong}: ${status}`);
    }
    t.equal((await user.call('GET', '/statics/tms/Inconnu/file')).status, 404);
  });

  await t.test('its file is a document of the OGC', async (t) => {
    const { body, headers } = await user.call<TmsFile>('GET', '/statics/tms/4326/file');
    t.equal(headers.get('content-type'), 'application/json');
    t.match(body, { id: '4326', crs: 'EPSG:4326', orderedAxes: ['Lon', 'Lat'] });
    t.match(body.tileMatrices[0], {
      id: '0',
      cellSize: 0.703125,
      pointOfOrigin: [-180, 90],
      tileWidth: 256,
      matrixWidth: 2,
      matrixHeight: 1,
    });
    const uneven = await user.call<TmsFile>('GET', '/statics/tms/LAMB93_1M_MNT/file');
    const origins = new Set(uneven.body.tileMatrices.map((level) => level.pointOfOrigin.join()));
    t.ok(origins.size > 1, 'every level has its own origin');
  });
});
