import { join } from 'node:path';
import t from 'tap';
import { pointWkb, writeDataset } from '../../fixtures/generate/dataset.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { create, OPEN_WFS, OPEN_WMS_VECTOR, waitForStatus } from '../helpers/diffusion.js';
import { deliver, type Delivered, integrate, into } from '../helpers/integration.js';
import { readPng } from '../helpers/png.js';
import { DATASTORE } from '../helpers/seed.js';

/**
 * Journey (e) of spec lifecycle §8: a table and a view made by SQL and published while empty, filled by a GeoPackage
 * then by a CSV, changed by `.update` and `.delete` files. The services follow without any call.
 */

const ROOT = `/datastores/${DATASTORE}`;

const SQL = `
CREATE TABLE installation (
  id integer PRIMARY KEY,
  nom character varying(254),
  commune character varying(50),
  regime character varying(50),
  geom geometry(Point, 4326)
);
CREATE INDEX installation_geom ON installation USING gist (geom);
CREATE VIEW installation_vue AS SELECT id, nom, commune, geom FROM installation WHERE regime <> 'Fermée';
`;
const CSV = `WKT,id,nom,commune,regime
"POINT (7.01 47.7)","11",MÉCAPLUS,LACHAPELLE,Enregistrement
"POINT (7.03 47.7)","12","Les ""Forges""",BELFORT,Autorisation
`;
const CSVT = 'WKT,Integer(10),String(254),String(50),String(50)\n';

void t.test('a table follows its updates, and its services follow it', async (t) => {
  const emulator = await startTestEmulator(t);
  const api = await logIn(emulator);
  const layer = 'installations';

  const deliverAll = async (files: readonly Delivered[]) => {
    const upload = await deliver(api, files);
    t.equal(upload.status, 'CLOSED', Object.values(upload.logs).join('\n'));
    return upload.id;
  };
  const first = await integrate(api, await deliverAll([{ path: 'installation-init.sql', content: SQL }]));
  t.equal(first.status, 'SUCCESS', first.log);
  t.equal(first.data.extent, undefined, 'no row, no extent');
  t.ok((first.data.size ?? 0) > 0 && (first.data.size ?? 1) % 8192 === 0);
  const attributes = {
    id: 'integer',
    nom: 'character varying(254)',
    commune: 'character varying(50)',
    regime: 'character varying(50)',
    geom: 'geometry(Point,4326)',
  };
  const { regime: _, ...ofView } = attributes;
  const relations = [
    { name: 'installation', type: 'TABLE', attributes, primary_key: ['id'] },
    { name: 'installation_vue', type: 'VIEW', attributes: ofView, primary_key: [] },
  ];
  t.strictSame(first.data.type_infos?.relations, relations);

  const bbox = { west: 7, south: 47.6, east: 7.1, north: 47.8 };
  const publish = async (type: string, endpoint: string, used: object, more: object = {}) => {
    const body = (box: object) => ({
      type,
      name: layer,
      layer_name: layer,
      type_infos: { ...more, ...box, used_data: [{ stored_data: first.storedData, relations: [used] }] },
    });
    t.equal(
      (await api.call('POST', `${ROOT}/configurations`, body({}))).status,
      400,
      'without extent, a box is needed',
    );
    const configuration = await create(api, `${ROOT}/configurations`, body({ bbox }));
    const offering = await create(api, `${ROOT}/configurations/${configuration._id}/offerings`, {
      endpoint,
      open: true,
    });
    await waitForStatus(api, `${ROOT}/offerings/${offering._id}`, 'PUBLISHED');
  };
  await publish('WMS-VECTOR', OPEN_WMS_VECTOR, { name: 'installation_vue' }, { title: 'i', abstract: 'a' });
  await publish('WFS', OPEN_WFS, { native_name: 'installation', title: 'i', abstract: 'a' });

  /** Which of four places have something drawn on them. */
  const drawn = async () => {
    const image = await fetch(
      `${emulator.origin}/wms-v?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=${layer}&STYLES=&CRS=CRS:84&BBOX=7,47.6,7.1,47.8&WIDTH=100&HEIGHT=100&FORMAT=image/png`,
    );
    const picture = readPng(Buffer.from(await image.arrayBuffer()));
    return [10, 30, 50, 70].filter((x) => picture.color(x, 50) !== '#ffffff');
  };
  const served = async () => {
    const answer = await fetch(
      `${emulator.origin}/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=${layer}:installation&OUTPUTFORMAT=application/json`,
    );
    const { features } = (await answer.json()) as {
      features: { id: string; properties: { nom: string; commune: string } }[];
    };
    return features.map(({ id, properties }) => `${id} ${properties.nom} ${properties.commune}`);
  };
  t.strictSame([await drawn(), await served()], [[], []]);

  const folder = t.testdir();
  const gpkg = join(folder, 'installation.gpkg');
  const layerOptions = ['FID=id'];
  const at = (x: number) => pointWkb([x, 47.7]);
  writeDataset(
    gpkg,
    'GPKG',
    [
      {
        name: 'installation',
        srid: 4326,
        geometry: 'Point',
        fields: { nom: 'string', commune: 'string', regime: 'string' },
        features: [
          { wkb: at(7.05), values: ['Silo', 'DELLE', 'Autorisation'] },
          { wkb: at(7.07), values: ['Scierie', 'DELLE', 'Autorisation'] },
        ],
      },
    ],
    layerOptions,
  );
  const injected = await integrate(api, await deliverAll([gpkg]), into(first.storedData));
  t.equal(injected.data.status, 'GENERATED', injected.log);
  t.ok(injected.data.extent, 'the extent is set');
  t.strictSame(injected.data.type_infos?.relations, relations, 'the view is still there');
  t.strictSame(
    [await drawn(), await served()],
    [
      [50, 70],
      ['installation.1 Silo DELLE', 'installation.2 Scierie DELLE'],
    ],
  );

  const more = await deliverAll([
    { path: 'installation.csv', content: CSV },
    { path: 'installation.csvt', content: CSVT },
  ]);
  const grown = await integrate(api, more, into(first.storedData));
  t.equal(grown.data.status, 'GENERATED', grown.log);
  t.ok((grown.data.size ?? 0) > (first.data.size ?? 0) && (grown.data.size ?? 1) % 8192 === 0);
  t.strictSame(await drawn(), [10, 30, 50, 70]);
  t.strictSame((await served()).slice(2), [
    'installation.11 MÉCAPLUS LACHAPELLE',
    'installation.12 Les "Forges" BELFORT',
  ]);

  const changes = await deliverAll([
    {
      path: 'BELFORT/installation.update',
      content: 'id,commune,regime\n12,BESANÇON,Fermée\n1,BESANÇON,Autorisation\n',
    },
    { path: 'BELFORT/installation.delete', content: 'commune\nLACHAPELLE\nNULLE PART\n' },
  ]);
  const parameters = { update: true, delete: true };
  const changed = await integrate(api, changes, { ...into(first.storedData), parameters });
  t.equal(changed.data.status, 'GENERATED', changed.log);
  t.match(changed.log, /WARNING.*1 ligne ne correspond à aucun objet \(ligne 3\)/);
  t.strictSame(
    [await drawn(), await served()],
    [
      [50, 70],
      ['installation.1 Silo BESANÇON', 'installation.2 Scierie DELLE', 'installation.12 Les "Forges" BESANÇON'],
    ],
  );
  const { body: events } = await api.call<{ title: string }[]>(
    'GET',
    `${ROOT}/stored_data/${first.storedData}/events?limit=100`,
  );
  t.equal(events.filter(({ title }) => title === 'Modification').length, 3);
});
