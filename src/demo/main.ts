import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmulatorCommand, runEmulatorCommand } from '../supervisor/command.js';
import { projectRoot } from '../supervisor/paths.js';
import { deletePreviousDemo } from './cleanup.js';
import { logIn } from './client.js';
import { type JourneyResult, playJourney } from './journey.js';

const ACCOUNT = { username: 'producteur', password: 'geopf-local' };
const ROOT = projectRoot();

/** Entry of `script/demo`: starts the emulator, plays journey (a) through the public API, shows where to look. */
const demonstrate: EmulatorCommand['work'] = async ({ origin }, { say, print }) => {
  const folder = await mkdtemp(join(tmpdir(), 'geopf-demo-'));
  try {
    const dataset = join(folder, 'departements.gpkg');
    await promisify(execFile)(process.execPath, [join(ROOT, 'dist/fixtures/generate/demo-dataset.js'), dataset]);
    say('Jeu de données fabriqué : 96 départements et leurs chefs-lieux (EPSG:2154)');
    const api = await logIn(origin, ACCOUNT);
    const me = await api.get<{ communities_member: { community: { datastore?: string } }[] }>('/users/me');
    const id = me.communities_member.map((member) => member.community.datastore).find((store) => store !== undefined);
    if (id === undefined) throw new Error(`le compte ${ACCOUNT.username} n'a pas d'entrepôt`);
    say(`Connecté : ${ACCOUNT.username}, entrepôt ${id}`);
    const datastore = `/datastores/${id}`;
    const deleted = await deletePreviousDemo(api, datastore);
    if (deleted > 0) say(`Démonstration précédente supprimée (${deleted} entités)`);
    const styles = {
      departements: join(ROOT, 'fixtures/styles/departements.sld'),
      chefs_lieux: join(ROOT, 'fixtures/styles/chefs-lieux.sld'),
    };
    const result = await playJourney({ api, datastore, dataset, styles, say });
    await checkServices(origin, result);
    print(summary(origin, result));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

function urls(origin: string, { wfsTypes, wmsLayer }: JourneyResult) {
  const wms = `${origin}/wms-v?SERVICE=WMS&VERSION=1.3.0`;
  const wfs = `${origin}/wfs?SERVICE=WFS&VERSION=2.0.0`;
  const frame = 'CRS=EPSG:2154&BBOX=50000,6120000,1130000,7150000&WIDTH=1080&HEIGHT=1030';
  return {
    api: `${origin}/api`,
    swagger: `${origin}/api/swagger-ui/index.html`,
    wfs: `${wfs}&REQUEST=GetCapabilities`,
    wms: `${wms}&REQUEST=GetCapabilities`,
    map: `${wms}&REQUEST=GetMap&LAYERS=${wmsLayer}&STYLES=&${frame}&FORMAT=image/png`,
    page: `${wfs}&REQUEST=GetFeature&TYPENAMES=${wfsTypes.departements}&COUNT=10&OUTPUTFORMAT=application/json`,
  };
}

/** The addresses shown at the end are asked first: they must work. */
async function checkServices(origin: string, result: JourneyResult): Promise<void> {
  const { api: _api, ...shown } = urls(origin, result);
  for (const [name, url] of Object.entries(shown)) {
    const response = await fetch(url);
    const type = response.headers.get('content-type') ?? '';
    const wanted = { map: 'image/png', page: 'json', swagger: 'html' }[name] ?? 'xml';
    if (!response.ok || !type.includes(wanted)) {
      throw new Error(`${url} : ${response.status} ${type}\n${(await response.text()).slice(0, 500)}`);
    }
    await response.arrayBuffer();
  }
}

function summary(origin: string, result: JourneyResult): string {
  const shown = urls(origin, result);
  return `
  API Entrepôt         ${shown.api}
  Swagger UI           ${shown.swagger}
  WFS                  ${shown.wfs}
  WMS-VECTOR           ${shown.wms}
  Une carte (PNG)      ${shown.map}
  Une page (GeoJSON)   ${shown.page}

  Comptes : producteur (tous les droits), membre, consommateur, admin, otp-user ; mot de passe geopf-local
  Jeton   : curl -d grant_type=password -d client_id=gpf-warehouse -d client_secret=x \\
              -d username=producteur -d password=geopf-local \\
              ${origin}/realms/geoplateforme/protocol/openid-connect/token
`;
}

await runEmulatorCommand({ work: demonstrate });
