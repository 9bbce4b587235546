import type pg from 'pg';
import type { ExtentPolygon, RelationInfo, StoredDataResult } from './outcomes.js';
import { quoteIdentifier, readRelations, type Relation } from './relations.js';

/** What the registry says of a VECTOR-DB: relations, extent, size. */

type Queryable = Pick<pg.Pool, 'query'>;

/** A rectangle, x (east or longitude) first. */
type Box = readonly [minX: number, minY: number, maxX: number, maxY: number];

/** Parts of each side of a rectangle when it is transformed: a straight side becomes a curve. */
const SIDE_PARTS = 32;

/** Measures a schema; `srs` is the reference system its stored data declares. */
export async function measureSchema(db: Queryable, schema: string, srs: string): Promise<StoredDataResult> {
  const relations = await readRelations(db, schema);
  const boxes: Box[] = [];
  for (const relation of relations) boxes.push(...(await relationBoxes(db, schema, relation)));
  const { rows } = await db.query<{ size: string }>(
    `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS size
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'm')`,
    [schema],
  );
  const extent = extentOfBoxes(boxes);
  return {
    srs,
    ...(extent === undefined ? {} : { extent }),
    size: Number(rows[0]?.size ?? 0),
    typeInfos: { relations: relations.map(toRelationInfo) },
  };
}

/** As `type_infos.relations[]` shows it. */
export function toRelationInfo(relation: Relation): RelationInfo {
  return {
    name: relation.name,
    type: relation.kind,
    attributes: Object.fromEntries(relation.columns.map(({ name, type }) => [name, type])),
    primary_key: [...relation.primaryKey],
  };
}

async function relationBoxes(db: Queryable, schema: string, relation: Relation): Promise<Box[]> {
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(relation.name)}`;
  const boxes: Box[] = [];
  for (const column of relation.columns) {
    if (column.geometry === null || column.geometry.srid === 0) continue;
    const { rows } = await db.query<BoxRow>(
      `SELECT public.ST_XMin(box) AS x1, public.ST_YMin(box) AS y1, public.ST_XMax(box) AS x2, public.ST_YMax(box) AS y2
       FROM (SELECT public.ST_Extent(${quoteIdentifier(column.name)}) AS box FROM ${name}) AS extents`,
    );
    const box = toBox(rows[0]);
    if (box !== null) boxes.push(...(await boxesIn4326(db, [box], column.geometry.srid)));
  }
  return boxes;
}

interface BoxRow {
  x1: number | null;
  y1: number | null;
  x2: number | null;
  y2: number | null;
}

function toBox(row: BoxRow | undefined): Box | null {
  if (row === undefined || row.x1 === null || row.y1 === null || row.x2 === null || row.y2 === null) return null;
  return [row.x1, row.y1, row.x2, row.y2];
}

/** The rectangles in EPSG:4326, longitude first, that hold the given ones. */
export async function boxesIn4326(db: Queryable, boxes: readonly Box[], srid: number): Promise<Box[]> {
  if (srid === 4326) return [...boxes];
  const sides = ([0, 1, 2, 3] as const).map((at) => boxes.map((box) => box[at]));
  const { rows } = await db.query<BoxRow>(
    `SELECT public.ST_XMin(g) AS x1, public.ST_YMin(g) AS y1, public.ST_XMax(g) AS x2, public.ST_YMax(g) AS y2
     FROM unnest($1::float8[], $2::float8[], $3::float8[], $4::float8[]) AS box (x1, y1, x2, y2),
       LATERAL (SELECT public.ST_MakeEnvelope(x1, y1, x2, y2, $5) AS e, greatest(x2 - x1, y2 - y1) / $6 AS step) AS envelope,
       LATERAL (SELECT public.ST_Transform(
         CASE WHEN step > 0 THEN public.ST_Segmentize(e, step) ELSE e END, 4326) AS g) AS transformed`,
    [...sides, srid, SIDE_PARTS],
  );
  return rows.map(toBox).filter((box) => box !== null);
}

/** The rectangle around all, written as lifecycle §1.2; `undefined` for none. */
export function extentOfBoxes(boxes: readonly Box[]): ExtentPolygon | undefined {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    minX = Math.min(minX, box[0]);
    minY = Math.min(minY, box[1]);
    maxX = Math.max(maxX, box[2]);
    maxY = Math.max(maxY, box[3]);
  }
  if (![minX, minY, maxX, maxY].every(Number.isFinite)) return undefined;
  return {
    type: 'Polygon',
    coordinates: [
      [
        [maxX, minY],
        [maxX, maxY],
        [minX, maxY],
        [minX, minY],
        [maxX, minY],
      ],
    ],
  };
}
