import type { Deps } from '../deps.js';
import { type Metadata, Prisma } from '../generated/prisma/client.js';
import { READING, type RecordContent } from '../ogc/iso/content.js';
import type { Db } from './database.js';
import { decodeXml, readFile } from './file-reader.js';
import {
  extentWkt,
  HARVEST_TAGS,
  listsOf,
  readDay,
  readInstant,
  searchedTexts,
  serviceListsOf,
  timesOf,
} from './record-row.js';
import { indexingDelayMs } from './timing.js';

/**
 * The index of the catalogue (spec diffusion §9), written by the transactions that publish. What they write is seen, and
 * what they take away is gone, once the indexing delay has passed: each row says from when and until when it is shown.
 */

type IndexDeps = Pick<Deps, 'config' | 'storage'>;

/** What an endpoint shows of a record, until it is published again. */
export interface ShownAs {
  readonly type: string;
  readonly openData: boolean;
}

/** What the index takes of the file of a record. */
export interface RecordFile {
  readonly content: RecordContent;
  /** The XML from its root on. */
  readonly document: string;
}

/** What is before the root: byte order mark, declaration, comments and instructions. A DOCTYPE was refused. */
const PROLOG = /^\uFEFF?(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/;

/** @param bytes of a file that was read without fault */
export function recordFile(bytes: Buffer, content: RecordContent): RecordFile {
  return { content, document: decodeXml(bytes).replace(PROLOG, '') };
}

/** The file of a stored record; one of which less was read when it was stored is read again. */
export async function storedRecordFile(deps: IndexDeps, { key, content }: Metadata): Promise<RecordFile> {
  const parts: Buffer[] = [];
  for await (const part of deps.storage.read(key)) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const known = content as unknown as Partial<RecordContent>;
  if (known.reading === READING) return recordFile(bytes, known as RecordContent);
  const read = await readFile('METADATA', bytes, { strict: deps.config.strict });
  return recordFile(bytes, read.content);
}

/** Shows a record on an endpoint, in place of what it shows of it. */
export async function indexRecord(
  deps: Pick<Deps, 'config'>,
  tx: Db,
  metadata: Pick<Metadata, 'id' | 'datastoreId' | 'fileIdentifier'>,
  shown: ShownAs & { readonly endpointId: string; readonly file: RecordFile },
): Promise<void> {
  await removeRecords(deps, tx, { endpointId: shown.endpointId, metadataIds: [metadata.id] });
  await tx.$executeRaw(insertion(metadata, shown, indexingDelayMs(deps.config)));
}

/** Shows the new file of a record wherever it is published, as the type that was published. */
export async function indexNewFile(
  deps: Pick<Deps, 'config'>,
  tx: Db,
  metadata: Metadata,
  file: RecordFile,
): Promise<void> {
  const { id: metadataId } = metadata;
  const publications = await tx.metadataPublication.findMany({ where: { metadataId }, select: { endpointId: true } });
  for (const { endpointId } of publications) await showFile(deps, tx, metadata, { endpointId, file });
}

/** Shows a file of a record on an endpoint, as the type that it shows, else as the type of the record. */
async function showFile(
  deps: Pick<Deps, 'config'>,
  tx: Db,
  metadata: Metadata,
  { endpointId, file }: { endpointId: string; file: RecordFile },
): Promise<void> {
  const shown = await tx.catalogueRecord.findFirst({
    where: { metadataId: metadata.id, endpointId },
    orderBy: { id: 'desc' },
    select: { type: true, openData: true },
  });
  const { type, openData } = shown ?? metadata;
  await indexRecord(deps, tx, metadata, { type, openData, endpointId, file });
}

/**
 * Indexes what an endpoint shows of a record, from its stored file.
 * @returns whether it is published there, still
 */
export async function indexStoredRecord(
  deps: IndexDeps & Pick<Deps, 'prisma'>,
  metadataId: string,
  endpointId: string,
): Promise<boolean> {
  return deps.prisma.$transaction(async (tx) => {
    // Held: what replaces, removes, publishes or unpublishes it ends first.
    await tx.$queryRaw`SELECT 1 FROM geopf.metadata WHERE id = ${metadataId}::uuid FOR NO KEY UPDATE`;
    const publication = await tx.metadataPublication.findUnique({
      where: { metadataId_endpointId: { metadataId, endpointId } },
      include: { metadata: true },
    });
    if (publication === null) return false;
    const { metadata } = publication;
    await showFile(deps, tx, metadata, { endpointId, file: await storedRecordFile(deps, metadata) });
    return true;
  });
}

/** Takes records off an endpoint; rows that nobody sees any more go. */
export async function removeRecords(
  { config }: Pick<Deps, 'config'>,
  tx: Db,
  { endpointId, metadataIds }: { endpointId: string; metadataIds: readonly string[] },
): Promise<void> {
  const ids = [...metadataIds];
  await tx.$executeRaw`
    UPDATE geopf.catalogue_record
    SET visible_until = LEAST(visible_until, now() + ${indexingDelayMs(config)}::double precision * interval '1 millisecond')
    WHERE endpoint_id = ${endpointId}::uuid AND metadata_id = ANY (${ids}::uuid[])`;
  await tx.$executeRaw`
    DELETE FROM geopf.catalogue_record WHERE id IN (
      SELECT id FROM geopf.catalogue_record
      WHERE visible_until <= now() AND visible_until < 'infinity' FOR UPDATE SKIP LOCKED)`;
}

function insertion(
  { id, datastoreId, fileIdentifier }: Pick<Metadata, 'id' | 'datastoreId' | 'fileIdentifier'>,
  { endpointId, type, openData, file: { content, document } }: ShownAs & { endpointId: string; file: RecordFile },
  delayMs: number,
): Prisma.Sql {
  const lists = listsOf(content);
  const service = serviceListsOf(content);
  const times = timesOf(content);
  const { titles, subjects, rest, endings } = searchedTexts(fileIdentifier, content);
  const tags = [
    ...(type === HARVEST_TAGS.inspire ? [HARVEST_TAGS.inspire] : []),
    ...(openData ? [HARVEST_TAGS.openData] : []),
  ];
  const columns: readonly (readonly [name: string, value: Prisma.Sql])[] = [
    ['metadata_id', Prisma.sql`${id}::uuid`],
    ['endpoint_id', Prisma.sql`${endpointId}::uuid`],
    ['datastore_id', Prisma.sql`${datastoreId}::uuid`],
    ['type', Prisma.sql`${type}`],
    ['open_data', Prisma.sql`${openData}`],
    ['identifier', Prisma.sql`${fileIdentifier}`],
    ['level', Prisma.sql`${content.level}`],
    ['title', Prisma.sql`${content.title ?? null}`],
    ['alternate_titles', texts(content.alternateTitles)],
    ['abstract', Prisma.sql`${content.abstract ?? null}`],
    ['lineage', Prisma.sql`${content.lineage ?? null}`],
    ['subjects', texts(lists.subjects)],
    ['topic_categories', texts(content.topicCategories)],
    ['inspire_themes', texts(content.inspireThemes)],
    ['organisations', texts(lists.organisations)],
    ['creators', texts(lists.creators)],
    ['publishers', texts(lists.publishers)],
    ['contributors', texts(lists.contributors)],
    ['language', Prisma.sql`${content.language ?? null}`],
    ['resource_languages', texts(content.resourceLanguages)],
    ['modified', Prisma.sql`${readInstant(content.modified)}::timestamptz`],
    ['creation_date', Prisma.sql`${readDay(content.dates.creation)}::date`],
    ['publication_date', Prisma.sql`${readDay(content.dates.publication)}::date`],
    ['revision_date', Prisma.sql`${readDay(content.dates.revision)}::date`],
    ['formats', texts(content.formats)],
    ['crs', texts(content.crs)],
    ['links', texts(lists.links)],
    ['link_protocols', texts(lists.linkProtocols)],
    ['access_constraints', texts(content.accessConstraints)],
    ['use_conditions', texts(content.useConditions)],
    ['other_constraints', texts(content.otherConstraints)],
    ['denominators', Prisma.sql`${[...content.denominators]}::integer[]`],
    ['distance_values', Prisma.sql`${content.distances.map(({ value }) => value)}::double precision[]`],
    ['distance_units', texts([...new Set(content.distances.map(({ unit }) => unit))])],
    ['parent_identifier', Prisma.sql`${content.parentIdentifier ?? null}`],
    ['resource_identifiers', texts(content.resourceIdentifiers)],
    ['place_codes', texts(content.placeCodes)],
    ['temporal_begin', Prisma.sql`${times.begin}::date`],
    ['temporal_end', Prisma.sql`${times.end}::date`],
    ['classifications', texts(content.classifications)],
    ['has_security_constraints', Prisma.sql`${content.classifications.length > 0}`],
    ['record_contacts', texts(lists.recordContacts)],
    ['party_roles', texts(lists.partyRoles)],
    ['specification_titles', texts(lists.specificationTitles)],
    ['specification_dates', Prisma.sql`${lists.specificationDates}::text[]::date[]`],
    ['specification_date_types', texts(lists.specificationDateTypes)],
    ['degrees', Prisma.sql`${lists.degrees}::boolean[]`],
    ['service_type', Prisma.sql`${content.service?.type ?? null}`],
    ['service_versions', texts(content.service?.versions ?? [])],
    ['coupling_type', Prisma.sql`${content.service?.coupling ?? null}`],
    ['operations', texts(service.operations)],
    ['coupled_identifiers', texts(service.coupledIdentifiers)],
    ['coupled_operations', texts(service.coupledOperations)],
    ['operates_on', texts(service.operatesOn)],
    ['harvest_tags', texts(tags)],
    ['extent', Prisma.sql`ST_Multi(ST_UnaryUnion(ST_GeomFromText(${extentWkt(content)}, 4326)))`],
    ['search', Prisma.sql`${weighted(titles, 'A')} || ${weighted(subjects, 'B')} || ${weighted(rest, 'D')}`],
    ['endings', Prisma.sql`array_to_tsvector(${texts(endings)})`],
    ['reading', Prisma.sql`${content.reading}`],
    ['content', Prisma.sql`${JSON.stringify(content)}::jsonb`],
    ['document', Prisma.sql`${document}`],
    ['visible_from', Prisma.sql`now() + ${delayMs}::double precision * interval '1 millisecond'`],
    ['visible_until', Prisma.sql`'infinity'::timestamptz`],
  ];
  const names = Prisma.raw(columns.map(([name]) => name).join(', '));
  return Prisma.sql`
    INSERT INTO geopf.catalogue_record (${names}) VALUES (${Prisma.join(columns.map(([, value]) => value))})`;
}

function texts(values: readonly string[]): Prisma.Sql {
  return Prisma.sql`${[...values]}::text[]`;
}

function weighted([text, plain]: readonly [string, string], weight: 'A' | 'B' | 'D'): Prisma.Sql {
  const own = Prisma.sql`to_tsvector('french', ${text}::text)`;
  const both = plain === text ? own : Prisma.sql`${own} || to_tsvector('french', ${plain}::text)`;
  return Prisma.sql`setweight(${both}, ${weight}::"char")`;
}
