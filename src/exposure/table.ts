import type {
  ExposedData,
  ExposedOffering,
  ExposureDocument,
  ExposureKey,
  OtherFiles,
  Reader,
  Shown,
} from '../domain/exposure/document.js';

/** The exposure matrix as people read it in a terminal. */

/** The whole matrix, in French. */
export function exposureTable(exposure: ExposureDocument): string {
  const { datastore, date, keys, offerings, stored_data: data, files } = exposure;
  const state = datastore.active ? '' : ' (inactif : aucune clé ne lit ses offres)';
  return [
    `Exposition de l'entrepôt « ${datastore.name} » (${datastore.technical_name})${state}, le ${date}`,
    heading('Offres'),
    ...(offerings.length === 0 ? ['  aucune'] : offerings.flatMap((each) => offeringLines(each, datastore._id, keys))),
    heading('Données, relation par relation'),
    ...(data.length === 0 ? ['  aucune'] : data.flatMap((each) => dataLines(each, offerings, keys))),
    heading('Clés'),
    ...(keys.length === 0 ? ['  aucune'] : rows(keys.map(keyCells))),
    heading('Hors des offres'),
    ...fileLines(files),
    '',
  ].join('\n');
}

const heading = (text: string) => `\n${text.toUpperCase()}`;

const MARKS: Readonly<Record<Reader['state'], string>> = { allowed: '✔', possible: '?', refused: '✘' };

function offeringLines(offering: ExposedOffering, own: string, keys: readonly ExposureKey[]): string[] {
  const { endpoint, datastore } = offering;
  const where = `${endpoint.technical_name}, ${endpoint.open ? 'ouvert' : 'restreint'}`;
  const of = datastore._id === own ? '' : `, de l'entrepôt « ${datastore.name} »`;
  const shared = offering.shared_with.map(({ name }) => `« ${name} »`).join(', ');
  return [
    '',
    `  ${offering.layer_name} — ${offering.type} (${where})${of}`,
    ...(offering.absence === undefined ? [] : [`    ${offering.absence}`]),
    ...(shared === '' ? [] : [`    partagée avec ${shared}, qui peut donner des permissions`]),
    ...offering.shows.map((shown) => `    ${shownText(shown)}`),
    ...rows(readerCells(offering, keys), 4),
  ];
}

/** Who reads it; a table says nothing of nobody unless it is written. */
function readerCells({ readers, absence }: ExposedOffering, keys: readonly ExposureKey[]): string[][] {
  if (readers.length === 0 && absence === undefined) {
    return [[`${MARKS.refused} personne`, 'Ni clé, ni permission.']];
  }
  return readers.map((reader) => [`${MARKS[reader.state]} ${readerName(reader, keys)}`, readerReason(reader)]);
}

function shownText({ service, name, attributes, identifiers, geometry, files, comment }: Shown): string {
  const parts = [
    ...(attributes.length === 0 ? [] : [`attributs ${attributes.join(', ')}`]),
    ...(identifiers.length === 0 ? [] : [`identifiants d'après ${identifiers.join(', ')}`]),
    ...(geometry === undefined ? [] : [`géométrie ${geometry}`]),
    ...(files === undefined ? [] : [`${files} fichier(s)`]),
    ...(comment === undefined ? [] : [comment]),
  ];
  return `${service} ${name} : ${parts.join(' ; ')}`;
}

function readerName(reader: Reader, keys: readonly ExposureKey[]): string {
  const through = reader.community === undefined ? '' : ` (communauté « ${reader.community.name} »)`;
  switch (reader.who) {
    case 'public':
      return 'tout le monde';
    case 'anybody':
      return "tout utilisateur de l'API";
    case 'user':
      return `${reader.user?.name ?? ''}${through}`;
    case 'key': {
      const key = keys.find(({ _id }) => _id === reader.key);
      return `clé « ${key?.name ?? ''} » (${key?.type ?? ''}) de ${reader.user?.name ?? ''}`;
    }
  }
}

function readerReason({ reason, end_date: end }: Reader): string {
  return end === undefined ? reason : `${reason} Fin : ${end}.`;
}

/** A line an attribute: who reads it, through which services. */
function dataLines(data: ExposedData, offerings: readonly ExposedOffering[], keys: readonly ExposureKey[]): string[] {
  const isExposed = offerings.some(({ _id, readers }) => data.offerings.includes(_id) && readers.some(isReading));
  const shared = data.shared_with.map(({ name }) => `« ${name} »`).join(', ');
  const visible = data.visible_to.map(({ name }) => `« ${name} »`).join(', ');
  return [
    '',
    `  ${data.name} — ${data.type}, ${data.status}`,
    ...(data.offerings.length === 0 ? ["    Aucune offre : l'API seule décrit cette donnée, à ses membres."] : []),
    ...(data.offerings.length > 0 && !isExposed ? ['    Des offres la montrent, que personne ne lit à présent.'] : []),
    ...(data.open ? ['    Ouverte : tout entrepôt la décrit et la traite.'] : []),
    ...(shared === '' ? [] : [`    Partagée avec ${shared}, qui peut la traiter et la publier.`]),
    ...(visible === '' ? [] : [`    Décrite aux membres de ${visible}.`]),
    ...data.shown_by.map(({ name }) => `    La pyramide « ${name} » en montre des dalles.`),
    ...(data.relations.length === 0 && isExposed ? [`    ${wholeReaders(data, offerings, keys)}`] : []),
    ...data.relations.flatMap((relation) =>
      rows(
        relation.attributes.map(({ name, exposures }) => [
          `${relation.name}.${name}`,
          attributeReaders(exposures, offerings, keys),
        ]),
        4,
      ),
    ),
  ];
}

const isReading = ({ state }: Reader) => state !== 'refused';

/** Of images, altitudes and archives, which have no attributes. */
function wholeReaders(data: ExposedData, offerings: readonly ExposedOffering[], keys: readonly ExposureKey[]): string {
  const exposures = offerings.flatMap(({ _id: offering, shows }) =>
    shows
      .filter((shown) => shown.stored_data === data._id)
      .map(({ service }) => ({ offering, service, as: 'attribute' as const })),
  );
  return attributeReaders(exposures, offerings, keys);
}

function attributeReaders(
  exposures: ExposedData['relations'][number]['attributes'][number]['exposures'],
  offerings: readonly ExposedOffering[],
  keys: readonly ExposureKey[],
): string {
  const services = new Map<string, Set<string>>();
  for (const { offering, service, as } of exposures) {
    const readers = offerings.find(({ _id }) => _id === offering)?.readers.filter(isReading) ?? [];
    for (const reader of readers) {
      const name = `${readerName(reader, keys)}${reader.state === 'possible' ? ', en reliant une clé' : ''}`;
      const known = services.get(name) ?? new Set();
      services.set(name, known.add(as === 'identifier' ? `${service}, dans les identifiants` : service));
    }
  }
  const texts = [...services].map(([name, through]) => `${name} [${[...through].join(' ; ')}]`);
  return texts.length === 0 ? 'personne' : texts.join(' ; ');
}

function keyCells({ name, type, user, whitelist, blacklist, user_agent: agent, referer }: ExposureKey): string[] {
  const restrictions = [
    ...(whitelist === undefined ? [] : [`depuis ${whitelist.join(', ')}`]),
    ...(blacklist === undefined ? [] : [`sauf depuis ${blacklist.join(', ')}`]),
    ...(referer === undefined ? [] : [`Referer ${referer}`]),
    ...(agent === undefined ? [] : [`User-Agent ${agent}`]),
  ];
  return [`« ${name} » (${type}) de ${user.name}`, restrictions.join(' ; ')];
}

function fileLines({ members, uploads, annexes, metadata, statics }: OtherFiles): string[] {
  const names = members.map(({ user, supervisor, rights }) => {
    return `${user.name} (${supervisor ? 'superviseur' : rights.join(', ') || 'aucun droit'})`;
  });
  const published = annexes.filter((annex) => annex.published);
  const shown = metadata.filter(({ endpoints }) => endpoints.length > 0);
  return [
    `  Membres, qui lisent par l'API les fichiers ci-dessous : ${names.join(', ')}`,
    `  Livraisons : ${uploads.length}, dont ${uploads.filter(({ open }) => open).length} ouverte(s)`,
    ...uploads
      .filter((upload) => upload.shared_with.length > 0)
      .map(({ name, shared_with: to }) => `    « ${name} » : partagée avec ${to.map((each) => each.name).join(', ')}`),
    `  Fichiers statiques : ${statics.length}`,
    `  Annexes : ${annexes.length}, dont ${published.length} que tout le monde lit`,
    ...published.flatMap(({ urls }) => urls.map((url) => `    ${url}`)),
    `  Métadonnées : ${metadata.length}, dont ${shown.length} que tout le monde lit`,
    ...shown.map(({ file_identifier: identifier, endpoints }) => `    ${identifier} (${endpoints.join(', ')})`),
  ];
}

/** Lines whose columns stand below each other. */
function rows(cells: readonly (readonly string[])[], margin = 2): string[] {
  const width = Math.max(0, ...cells.map(([first = '']) => first.length));
  return cells.map(([first = '', second = '']) => `${' '.repeat(margin)}${first.padEnd(width)}  ${second}`.trimEnd());
}
