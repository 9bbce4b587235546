import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { PMTiles } from 'pmtiles';
import t from 'tap';
import { archiveKeyOf } from '../../src/domain/archive-files.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { sentences } from '../helpers/diffusion.js';
import { PMTILES, runExecution } from '../helpers/pyramids.js';
import { DATASTORE } from '../helpers/seed.js';
import { buildStoredData } from '../helpers/stored-data.js';

const ROOT = `/datastores/${DATASTORE}`;

function request(database: string, parameters: object) {
  return {
    processing: PMTILES,
    inputs: { stored_data: [database] },
    output: { stored_data: { name: 'archive', storage_tags: ['ARCHIVE'] } },
    parameters,
  };
}

void t.test('pmtiles', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const user = await logIn(emulator);

  /** The only file of an archive. */
  async function readFile(id: string): Promise<{ name: string; bytes: Buffer; archive: PMTiles }> {
    const { filesKey, files } = await deps.prisma.storedData.findUniqueOrThrow({
      where: { id },
      include: { files: true },
    });
    const [file] = files;
    if (file === undefined || filesKey === null) throw new Error('the archive has no file');
    const bytes = readFileSync(deps.storage.localPath(`${filesKey}/${archiveKeyOf(file.name)}`));
    t.equal(file.md5, createHash('md5').update(bytes).digest('hex'));
    t.equal(Number(file.size), bytes.length);
    const getBytes = async (offset: number, length: number) => ({
      data: new Uint8Array(bytes.subarray(offset, offset + length)).buffer,
    });
    return { name: file.name, bytes, archive: new PMTiles({ getKey: () => file.name, getBytes }) };
  }

  void t.test('tables become one file', async (t) => {
    const database = await buildStoredData(deps);
    const { status, log, data } = await runExecution(
      user,
      request(database, {
        relations: { towns: 'villes', roads: 'roads' },
        tippecanoe: { top: '3', bottom: '7' },
        fileout_name: '../Mes villes',
      }),
    );
    t.equal(status, 'SUCCESS', log);
    t.match(data, { type: 'ARCHIVE', srs: 'EPSG:3857', type_infos: { files_number: 1 } });
    const { name, archive, bytes } = await readFile(data._id);
    t.equal(name, '_Mes_villes.pmtiles');
    t.equal(data.size, bytes.length);
    t.match(await archive.getHeader(), { minZoom: 3, maxZoom: 7, minLon: 1, maxLat: 46, clustered: true });
    t.match(await archive.getMetadata(), {
      vector_layers: [
        { id: 'roads', fields: { class: 'String' } },
        { id: 'villes', minzoom: 3, maxzoom: 7, fields: { fid: 'Number', name: 'String', population: 'Number' } },
      ],
    });
    const tile = await archive.getZxy(5, 16, 11);
    if (tile === undefined) throw new Error('the tile is missing');
    const { layers } = new VectorTile(new PbfReader(new Uint8Array(tile.data)));
    t.same(Object.keys(layers).sort(), ['roads', 'villes']);
    t.match(layers.villes?.feature(0).properties, { name: 'town 1' });
    t.equal(await archive.getZxy(7, 0, 0), undefined);
  });

  void t.test('defaults: every level down to the one that the density asks for', async (t) => {
    const database = await buildStoredData(deps, {
      sql: `CREATE TABLE plots (id serial PRIMARY KEY, geom geometry(Polygon, 4326));
        INSERT INTO plots (geom) SELECT ST_MakeEnvelope(1 + n * 0.01, 45, 1.008 + n * 0.01, 45.008, 4326)
          FROM generate_series(0, 99) AS n;`,
    });
    const { status, log, data } = await runExecution(user, request(database, { relations: { plots: 'plots' } }));
    t.equal(status, 'SUCCESS', log);
    const { name, archive } = await readFile(data._id);
    t.equal(name, 'data.pmtiles');
    t.match(await archive.getHeader(), { minZoom: 0, maxZoom: 8 });
    t.match(log, /Niveau du bas déduit de la densité des données : 8/);
    t.notMatch(log, /WARNING/);
  });

  void t.test('what is wrong is refused', async (t) => {
    const database = await buildStoredData(deps);
    const bare = await buildStoredData(deps, { extent: null });
    for (const [body, message] of [
      [request(database, { relations: { villes: 'a' } }), /table "villes"/],
      [request(database, { relations: {} }), /aucune table/],
      [request(database, { relations: { towns: 'a' }, tippecanoe: { top: '9', bottom: '5' } }), /niveau du haut/],
      [request(database, { relations: { towns: 'a' }, tippecanoe: { bottom: '40' } }), /niveau "40"/],
      [request(bare, { relations: { towns: 'a' } }), /emprise/],
    ] as const) {
      const answer = await user.call('POST', `${ROOT}/processings/executions`, body);
      t.equal(answer.status, 400);
      t.match(sentences(answer), message);
    }
    const failed = await runExecution(
      user,
      request(database, { relations: { towns: 'a' }, tippecanoe: { options: '--inconnue' } }),
    );
    t.equal(failed.status, 'FAILURE');
    t.match(failed.log, /ERROR\|\|.*--inconnue/);
  });
});
