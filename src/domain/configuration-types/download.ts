import Type, { type Static } from 'typebox';
import type { DownloadPart, DownloadResource, Term } from '../../ogc/download/model.js';
import { extentBox, extentGeometry } from '../extent.js';
import { type Labels, readLabels } from '../nomenclature-labels.js';
import {
  type ConfigurationTypeDefinition,
  type PublicationDeps,
  PublicationError,
  type PublicationRequest,
} from './definition.js';
import { Keywords, Uuid } from './shapes.js';

/** Texts by language: `{"fr": "…", "en": "…"}`. */
const Texts = Type.Record(Type.String({ pattern: '^[a-z]{2}$' }), Type.String(), {
  description: 'Un texte par langue (code ISO 639-1).',
  additionalProperties: false,
});
const Word = Type.Optional(Type.String({ description: 'Terme de la nomenclature, ou texte libre.' }));

const DownloadTypeInfosSchema = Type.Object({
  title: Texts,
  abstract: Texts,
  keywords: Keywords,
  product_identifier: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  rights: Type.Optional(Type.String()),
  used_data: Type.Array(
    Type.Object({
      sub_name: Type.String({
        pattern: '^[A-Za-z0-9_\\-.]+$',
        maxLength: 255,
        description: 'Nom de la sous-ressource, unique dans la configuration.',
      }),
      stored_data: Uuid,
      title: Type.Optional(Texts),
      abstract: Type.Optional(Texts),
      keywords: Keywords,
      format: Word,
      zone: Word,
      resolution: Word,
      rights: Type.Optional(Type.String()),
      thematic: Type.Optional(Type.String()),
    }),
    { minItems: 1, description: 'Archives à diffuser, chacune dans une sous-ressource.' },
  ),
});

type DownloadTypeInfos = Static<typeof DownloadTypeInfosSchema>;
type UsedData = DownloadTypeInfos['used_data'][number];

/** Members whose words come from nomenclatures. */
const NOMENCLATURES = [
  ['zone', 'ZONE'],
  ['format', 'FORMAT'],
  ['resolution', 'RESOLUTION'],
] as const;

const idsOf = ({ used_data }: DownloadTypeInfos) => [
  ...new Set(used_data.map(({ stored_data }) => stored_data.toLowerCase())),
];

/** Archives to download (spec diffusion §8). */
export const download = {
  schema: DownloadTypeInfosSchema,
  storedDataTypes: ['ARCHIVE'],
  uses: (typeInfos: DownloadTypeInfos) => ({ storedDataIds: idsOf(typeInfos), staticIds: [] }),

  faults(typeInfos: DownloadTypeInfos) {
    const seen = new Set<string>();
    return [
      ...(['title', 'abstract'] as const)
        .filter((name) => Object.keys(typeInfos[name]).length === 0)
        .map((name) => `Le champ "type_infos.${name}" doit avoir un texte dans une langue au moins.`),
      ...typeInfos.used_data.flatMap(({ sub_name: name }, i) => {
        // A path of dots is the folder itself or the one above, to whoever reads the address.
        if (/^\.+$/.test(name)) return [`type_infos.used_data[${i}].sub_name : "${name}" n'est pas un nom.`];
        const isTaken = seen.has(name);
        seen.add(name);
        return isTaken ? [`type_infos.used_data[${i}].sub_name : "${name}" est déjà pris dans la configuration.`] : [];
      }),
    ];
  },

  async notices(db, { used_data }: DownloadTypeInfos) {
    const terms = used_data.flatMap((used, i) =>
      NOMENCLATURES.map(([member, type]) => ({
        term: used[member],
        type,
        path: `type_infos.used_data[${i}].${member}`,
      })),
    );
    const labels = await readLabels(
      db,
      terms.map(({ term }) => term),
    );
    return terms.flatMap(({ term = '', type, path }) =>
      term.trim() === '' || labels(type, term) !== undefined
        ? []
        : [`${path} : "${term}" n'est pas un terme de la nomenclature ${type}, il sera montré tel quel.`],
    );
  },

  urls: (_typeInfos: DownloadTypeInfos, layerName, services) =>
    services
      .filter(({ type }) => type === 'DOWNLOAD')
      .map(({ type, path }) => ({ type, url: `${path.replace(/\/$/, '')}/resource/${layerName}` })),

  publish,
} satisfies ConfigurationTypeDefinition;

/**
 * The resource, with what the stored data say of themselves and the labels of the terms; their files are looked up at
 * each request.
 * @throws PublicationError when a stored data is not there any more
 */
async function publish(
  { prisma }: PublicationDeps,
  { offeringId, layerName, typeInfos }: PublicationRequest<DownloadTypeInfos>,
): Promise<DownloadResource> {
  const records = await prisma.storedData.findMany({ where: { id: { in: idsOf(typeInfos) } } });
  const found = new Map(records.map((record) => [record.id, record]));
  const labels = await readLabels(prisma, [
    ...typeInfos.used_data.flatMap(({ zone, format, resolution }) => [zone, format, resolution]),
    ...records.map(({ srs }) => srs),
  ]);
  const partOf = (used: UsedData): DownloadPart => {
    const record = found.get(used.stored_data.toLowerCase());
    if (record === undefined || record.filesKey === null) {
      throw new PublicationError(`La donnée stockée ${used.stored_data} n'est pas encore générée.`);
    }
    const edition = (record.edition ?? {}) as { from?: string; to?: string };
    return {
      storedData: record.id,
      name: used.sub_name,
      titles: textsOr(used.title, record.name),
      abstracts: textsOr(used.abstract, record.name),
      keywords: used.keywords ?? [],
      crs: termOf(labels, 'CRS', record.srs),
      zone: termOf(labels, 'ZONE', used.zone),
      format: termOf(labels, 'FORMAT', used.format),
      resolution: termOf(labels, 'RESOLUTION', used.resolution),
      thematic: used.thematic ?? null,
      rights: used.rights ?? null,
      editionDate: edition.to ?? edition.from ?? null,
      extent: extentGeometry(record.extent),
      box: extentBox(record.extent),
    };
  };
  return {
    offering: offeringId,
    name: layerName,
    titles: typeInfos.title,
    abstracts: typeInfos.abstract,
    keywords: typeInfos.keywords ?? [],
    productIdentifier: typeInfos.product_identifier ?? null,
    namespace: typeInfos.namespace ?? null,
    rights: typeInfos.rights ?? null,
    published: new Date().toISOString(),
    parts: typeInfos.used_data.map(partOf),
  };
}

/** A stored data without title or abstract is called by its name, in the language of the platform. */
function textsOr(texts: Readonly<Record<string, string>> | undefined, name: string): Readonly<Record<string, string>> {
  return texts === undefined || Object.keys(texts).length === 0 ? { fr: name } : texts;
}

/** A term that the nomenclature lacks is its own label. */
function termOf(labels: Labels, type: 'CRS' | 'ZONE' | 'FORMAT' | 'RESOLUTION', term: string | null | undefined) {
  if (term === null || term === undefined || term.trim() === '') return null;
  return { term, label: labels(type, term) ?? term } satisfies Term;
}
