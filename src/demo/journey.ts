import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DEMO_NAME } from './cleanup.js';
import { type ApiClient, type Entity, poll, pollStatus } from './client.js';

/** What the journey needs: a user of the API, the path of a datastore, files, and somebody to tell. */
export interface JourneyOptions {
  readonly api: ApiClient;
  /** `/datastores/<id>` */
  readonly datastore: string;
  /** GeoPackage with layers `departements` and `chefs_lieux`, EPSG:2154. */
  readonly dataset: string;
  /** SLD file by layer. */
  readonly styles: Readonly<Record<Layer, string>>;
  readonly say: (text: string) => void;
}

type Layer = 'departements' | 'chefs_lieux';

/** Layers as the services name them. */
export interface JourneyResult {
  readonly wfsTypes: Readonly<Record<Layer, string>>;
  readonly wmsLayer: string;
}

const LAYERS: Readonly<Record<Layer, { title: string; abstract: string }>> = {
  departements: { title: 'Départements fictifs', abstract: 'Découpage inventé, pour la démonstration.' },
  chefs_lieux: { title: 'Chefs-lieux fictifs', abstract: 'Villes inventées, pour la démonstration.' },
};
const LAYER_NAME = 'demo_departements';
const KEYWORDS = ['démonstration', 'départements'];

/** Plays journey (a) of the platform: a delivered dataset becomes a WFS and a WMS-VECTOR. */
export async function playJourney(options: JourneyOptions): Promise<JourneyResult> {
  const upload = await deliver(options);
  const storedData = await integrate(options, upload);
  await options.api.delete(`${options.datastore}/uploads/${upload}`);
  options.say('Livraison supprimée : la donnée stockée se suffit');
  await publishWfs(options, storedData);
  await publishWms(options, storedData, await depositStyles(options));
  return {
    wfsTypes: { departements: `${LAYER_NAME}:departements`, chefs_lieux: `${LAYER_NAME}:chefs_lieux` },
    wmsLayer: LAYER_NAME,
  };
}

async function deliver({ api, datastore, dataset, say }: JourneyOptions): Promise<string> {
  const { _id } = await api.post<Entity>(`${datastore}/uploads`, {
    name: `${DEMO_NAME} : livraison`,
    description: 'Départements et chefs-lieux fictifs',
    type: 'VECTOR',
    srs: 'EPSG:2154',
  });
  const path = `${datastore}/uploads/${_id}`;
  say(`Livraison ${_id} créée`);

  const content = await readFile(dataset);
  const target = `data/${basename(dataset)}`;
  await api.post(`${path}/data?path=${encodeURIComponent(target)}`, fileForm(content, basename(dataset)));
  const sum = createHash('md5').update(content).digest('hex');
  await api.post(`${path}/md5`, fileForm(Buffer.from(`${sum}  ${target}\n`), 'demo.md5'));
  const tree = await api.get<{ name: string }[]>(`${path}/tree`);
  say(`${basename(dataset)} envoyé (${Math.round(content.length / 1024)} Kio) ; arborescence : ${names(tree)}`);

  await api.post(`${path}/close`);
  say('Livraison fermée, vérifications demandées');
  const checks = await poll('vérifications', async () => {
    const answer = await api.get<Record<'asked' | 'in_progress' | 'passed' | 'failed', CheckItem[]>>(`${path}/checks`);
    return answer.asked.length + answer.in_progress.length === 0 ? answer : undefined;
  });
  if (checks.failed.length > 0) throw new Error(`vérification en échec : ${checkNames(checks.failed)}`);
  await pollStatus(api, path, { wanted: 'CLOSED', failures: ['UNSTABLE'] });
  say(`Vérifications réussies : ${checkNames(checks.passed)}`);
  return _id;
}

async function integrate({ api, datastore, say }: JourneyOptions, upload: string): Promise<string> {
  const processings = await api.get<(Entity & { name: string })[]>(
    `${datastore}/processings?name=${encodeURIComponent('%vecteur%en base%')}`,
  );
  const [processing] = processings;
  if (processing === undefined) throw new Error("l'entrepôt n'a pas le traitement d'intégration vecteur");
  const execution = await api.post<Entity & { output: { stored_data: Entity } }>(
    `${datastore}/processings/executions`,
    {
      processing: processing._id,
      inputs: { upload: [upload] },
      output: { stored_data: { name: `${DEMO_NAME} : donnée`, storage_tags: ['VECTEUR'] } },
      parameters: {},
    },
  );
  const path = `${datastore}/processings/executions/${execution._id}`;
  say(`Traitement « ${processing.name} » créé`);
  await api.post(`${path}/launch`);
  try {
    await pollStatus(api, path, { wanted: 'SUCCESS', failures: ['FAILURE', 'ABORTED'] });
  } catch (error) {
    const logs = await api.get<unknown>(`${path}/logs`);
    throw new Error(`${(error as Error).message}\n${JSON.stringify(logs, null, 1)}`, { cause: error });
  }
  const storedData = execution.output.stored_data._id;
  const { type_infos: infos } = await pollStatus<Entity & { type_infos: { relations: { name: string }[] } }>(
    api,
    `${datastore}/stored_data/${storedData}`,
    { wanted: 'GENERATED', failures: ['UNSTABLE'] },
  );
  say(`Donnée stockée ${storedData} générée ; tables : ${names(infos.relations)}`);
  return storedData;
}

async function publishWfs(options: JourneyOptions, storedData: string): Promise<void> {
  const relations = Object.entries(LAYERS).map(([name, texts]) => ({
    native_name: name,
    ...texts,
    keywords: KEYWORDS,
  }));
  await publish(options, {
    type: 'WFS',
    name: `${DEMO_NAME} : WFS`,
    layer_name: LAYER_NAME,
    type_infos: { used_data: [{ stored_data: storedData, relations }] },
  });
}

async function depositStyles({ api, datastore, styles, say }: JourneyOptions): Promise<Record<Layer, string>> {
  const deposit = async (layer: Layer): Promise<string> => {
    const form = fileForm(await readFile(styles[layer]), basename(styles[layer]));
    form.set('type', 'GEOSERVER-STYLE');
    form.set('name', `${DEMO_NAME} : style ${layer}`);
    return (await api.post<Entity>(`${datastore}/statics`, form))._id;
  };
  const ids = { departements: await deposit('departements'), chefs_lieux: await deposit('chefs_lieux') };
  say('Deux styles SLD déposés');
  return ids;
}

async function publishWms(options: JourneyOptions, storedData: string, styles: Record<Layer, string>): Promise<void> {
  await publish(options, {
    type: 'WMS-VECTOR',
    name: `${DEMO_NAME} : WMS`,
    layer_name: LAYER_NAME,
    type_infos: {
      title: 'Départements et chefs-lieux fictifs',
      abstract: 'Carte de la démonstration.',
      keywords: KEYWORDS,
      // The first relation is drawn on top.
      used_data: [
        {
          stored_data: storedData,
          relations: [
            { name: 'chefs_lieux', style: styles.chefs_lieux },
            { name: 'departements', style: styles.departements },
          ],
        },
      ],
    },
  });
}

async function publish({ api, datastore, say }: JourneyOptions, configuration: ConfigurationBody): Promise<void> {
  const { _id } = await api.post<Entity>(`${datastore}/configurations`, configuration);
  const query = `type=${configuration.type}&open=true`;
  const [lent] = await api.get<{ endpoint: { _id: string; name: string } }[]>(`${datastore}/endpoints?${query}`);
  if (lent === undefined) throw new Error(`l'entrepôt n'a pas de point d'accès ${configuration.type} ouvert`);
  const offering = await api.post<Entity>(`${datastore}/configurations/${_id}/offerings`, {
    endpoint: lent.endpoint._id,
    open: true,
  });
  const states = { wanted: 'PUBLISHED', failures: ['UNSTABLE'] };
  await pollStatus(api, `${datastore}/offerings/${offering._id}`, states);
  await pollStatus(api, `${datastore}/configurations/${_id}`, states);
  say(`Offre ${configuration.type} publiée sur « ${lent.endpoint.name} »`);
}

interface ConfigurationBody {
  readonly type: string;
  readonly name: string;
  readonly layer_name: string;
  readonly type_infos: object;
}

interface CheckItem {
  readonly check: { readonly name: string };
}

function checkNames(items: readonly CheckItem[]): string {
  return names(items.map((item) => item.check));
}

function names(items: readonly { name: string }[]): string {
  return items.map((item) => item.name).join(', ');
}

function fileForm(content: Buffer<ArrayBuffer>, name: string): FormData {
  const form = new FormData();
  form.set('file', new Blob([content]), name);
  return form;
}
