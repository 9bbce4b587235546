import type { Prisma } from '../../generated/prisma/client.js';
import type { Db } from '../database.js';
import type { VectorDbInfos } from '../outcomes.js';
import type { ExposedData, ExposedOffering, Exposure, Shown } from './document.js';
import { named, namedDatastore } from './names.js';

/** The stored data of a datastore, with what the offerings show of each relation and attribute. */

const WITH_RECEIVERS = {
  sharings: { select: { datastore: { select: { id: true, community: { select: { name: true } } } } } },
  visibility: { select: { community: { select: { id: true, name: true } } } },
  usedBy: { select: { storedData: { select: { id: true, name: true } } } },
} as const satisfies Prisma.StoredDataInclude;

type StoredDataRow = Prisma.StoredDataGetPayload<{ include: typeof WITH_RECEIVERS }>;

/** What an offering shows. */
type ShownBy = Shown & { readonly offering: string };

/** Reads them, oldest first. */
export async function readExposedData(
  db: Db,
  datastoreId: string,
  offerings: readonly ExposedOffering[],
): Promise<ExposedData[]> {
  const rows = await db.storedData.findMany({
    where: { datastoreId, status: { not: 'DELETED' } },
    include: WITH_RECEIVERS,
    orderBy: [{ creation: 'asc' }, { id: 'asc' }],
  });
  const shown = offerings.flatMap(({ _id, shows }) => shows.map((each) => ({ ...each, offering: _id })));
  return rows.map((row) =>
    exposedData(
      row,
      shown.filter((each) => each.stored_data === row.id),
    ),
  );
}

function exposedData(row: StoredDataRow, shown: readonly ShownBy[]): ExposedData {
  return {
    ...named(row),
    _id: row.id,
    type: row.type,
    status: row.status,
    open: row.open,
    offerings: [...new Set(shown.map(({ offering }) => offering))],
    relations: relationsOf(row, shown).map(({ name, attributes }) => ({
      name,
      attributes: attributes.map((attribute) => ({
        ...attribute,
        exposures: shown.flatMap((each) => (each.relation === name ? exposureOf(attribute.name, each) : [])),
      })),
    })),
    shared_with: row.sharings.map(({ datastore }) => namedDatastore(datastore)),
    visible_to: row.visibility.map(({ community }) => named(community)),
    shown_by: row.usedBy.map(({ storedData }) => named(storedData)),
  };
}

interface DataRelation {
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly type?: string }[];
}

/** The tables of a VECTOR-DB as they are now; those of tiles, as they are shown. */
function relationsOf({ type, typeInfos }: StoredDataRow, shown: readonly ShownBy[]): DataRelation[] {
  if (type === 'VECTOR-DB') {
    const { relations = [] } = (typeInfos ?? {}) as Partial<VectorDbInfos>;
    return relations.map(({ name, attributes }) => ({
      name,
      attributes: Object.entries(attributes).map(([attribute, sqlType]) => ({ name: attribute, type: sqlType })),
    }));
  }
  const names = [...new Set(shown.flatMap(({ relation }) => relation ?? []))];
  return names.map((name) => {
    const attributes = shown.filter((each) => each.relation === name).flatMap((each) => each.attributes);
    return { name, attributes: [...new Set(attributes)].map((attribute) => ({ name: attribute })) };
  });
}

function exposureOf(attribute: string, { offering, service, ...shown }: ShownBy): Exposure[] {
  if (shown.attributes.includes(attribute)) return [{ offering, service, as: 'attribute' }];
  if (shown.geometry === attribute) return [{ offering, service, as: 'geometry' }];
  return shown.identifiers.includes(attribute) ? [{ offering, service, as: 'identifier' }] : [];
}
