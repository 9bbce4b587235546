import type pg from 'pg';
import {
  analyseStage,
  applyDeletes,
  applyUpdates,
  type ChangedTable,
  createStage,
  dropStage,
  type IdleLines,
  linesWithoutKey,
  linesWithoutRow,
} from '../../domain/feature-changes.js';
import { findTable } from '../../domain/feature-loading.js';
import type { FeatureSchema } from '../../domain/feature-schemas.js';
import type { Relation, RelationColumn } from '../../domain/relations.js';
import { isGeometryName } from '../../processing/csv/geometry.js';
import { prepareCsv } from '../../processing/csv/prepare.js';
import { CsvFault, type CsvRow, readCsvRows } from '../../processing/csv/rows.js';
import { baseName } from '../../processing/formats.js';
import { databaseName } from '../../processing/names.js';
import type { logFrom } from '../../processing/task-log.js';
import { DataFault } from '../../processing/data-fault.js';
import { isRefusedValue, refusalReason } from './refusals.js';
import { stageRows } from './staged-rows.js';

/** What the changes of an integration share. */
export interface ChangeContext {
  readonly client: pg.Client;
  readonly target: FeatureSchema;
  readonly log: ReturnType<typeof logFrom>;
}

/** A `.update` or `.delete` file. */
export interface ChangeFile {
  readonly kind: 'update' | 'delete';
  /** As its producer named it, folders included. */
  readonly name: string;
  /** Where it is, in a tree laid out by `layOutTree`. */
  readonly path: string;
  /** EPSG code of the upload. */
  readonly srid: number;
}

/**
 * Applies a `<table>.update` or `<table>.delete` file (lifecycle §4.3), inside the caller's transaction. Lines that
 * touch no row are told in the log.
 * @throws DataFault naming the file, and the line and column when there are some
 */
export async function applyChangeFile(context: ChangeContext, change: ChangeFile): Promise<void> {
  const { client, log } = context;
  const { kind, name, path } = change;
  log.info(kind === 'update' ? `Mise à jour par le fichier ${name}` : `Suppression par le fichier ${name}`);
  const relation = await findChangedRelation(context, change);
  try {
    await prepareCsv(path);
    const rows = readCsvRows(path);
    const header = await rows.next();
    if (header.done === true) throw new DataFault(`Fichier ${name} : il n'a pas d'en-tête`);
    const table = readHeader(header.value, relation, context.target.schema, change);
    await createStage(client, table);
    const mandatory = kind === 'update' ? table.primaryKey : [];
    const lines = await stageRows(client, { name, rows, table, mandatory });
    await analyseStage(client);
    const idle = await (kind === 'update' ? linesWithoutKey(client, table) : linesWithoutRow(client, table));
    const count = await applyAll(client, table, change, lines);
    await dropStage(client);
    if (idle.count > 0) log.warning(`Fichier ${name} : ${idleSentence(idle)}`);
    log.info(`${count} objets ${kind === 'update' ? 'modifiés' : 'supprimés'} dans la table ${table.table}`);
  } catch (error) {
    if (error instanceof CsvFault) throw new DataFault(`Fichier ${name}, ligne ${error.line} : ${error.message}`);
    throw error;
  }
}

async function findChangedRelation({ client, target }: ChangeContext, { name: file }: ChangeFile): Promise<Relation> {
  const name = databaseName(baseName(file));
  const relation = await findTable(client, target.schema, name);
  if (relation === undefined) throw new DataFault(`Fichier ${file} : la table ${name} n'existe pas`);
  if (relation.kind === 'VIEW') throw new DataFault(`Fichier ${file} : ${name} est une vue, pas une table`);
  if (relation.primaryKey.length === 0) {
    throw new DataFault(`Fichier ${file} : la table ${name} n'a pas de clé primaire`);
  }
  return relation;
}

/** Finds the columns of the table that a header names; all its faults are told at once. */
function readHeader(
  header: CsvRow,
  relation: Relation,
  schema: string,
  { kind, name: file, srid }: ChangeFile,
): ChangedTable {
  const names = header.cells.map((cell) => cell?.trim() ?? '');
  const found = names.map((name) => findColumn(relation, name));
  const columns = found.filter((column) => column !== undefined);
  const unknown = names.filter((_, index) => found[index] === undefined);
  const doubles = new Set(columns.filter((column, index) => columns.indexOf(column) !== index).map(({ name }) => name));
  const given = new Set(columns.map(({ name }) => name));
  const missing = kind === 'update' ? relation.primaryKey.filter((name) => !given.has(name)) : [];
  const onlyKey = kind === 'update' && columns.every(({ name }) => relation.primaryKey.includes(name));
  const faults = [
    ...(unknown.length > 0 ? [`colonnes inconnues : ${unknown.map((name) => name || '(sans nom)').join(', ')}`] : []),
    ...(doubles.size > 0 ? [`colonnes en double : ${[...doubles].join(', ')}`] : []),
    ...(missing.length > 0 ? [`colonnes de la clé primaire absentes : ${missing.join(', ')}`] : []),
    ...(onlyKey && unknown.length === 0 ? ['aucune colonne à modifier'] : []),
  ];
  if (faults.length > 0) {
    throw new DataFault(`Fichier ${file}, ligne ${header.line}, table ${relation.name} : ${faults.join(' ; ')}`);
  }
  return { schema, table: relation.name, columns, primaryKey: relation.primaryKey, srid };
}

/** By its own name, then by the name it would get; one of the names of a CSV's geometry means the geometry column. */
function findColumn({ columns }: Relation, name: string): RelationColumn | undefined {
  const byName =
    columns.find((column) => column.name === name) ??
    columns.find((column) => column.name === databaseName(name)) ??
    columns.find((column) => databaseName(column.name) === databaseName(name));
  if (byName !== undefined || !isGeometryName(name)) return byName;
  const geometries = columns.filter((column) => column.geometry !== null);
  return geometries.find((column) => column.name === 'geom') ?? geometries[0];
}

/** Applies the lines; when PostgreSQL refuses the change, looks for the first line that makes it do so. */
async function applyAll(
  client: pg.Client,
  table: ChangedTable,
  { kind, name: file }: ChangeFile,
  lines: readonly number[],
): Promise<number> {
  const apply = kind === 'update' ? applyUpdates : applyDeletes;
  await client.query('SAVEPOINT change');
  try {
    return await apply(client, table);
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT change');
    const attempt = async (upTo: number) => void (await apply(client, table, { upTo }));
    const { line, cause } = await firstRefusedLine(client, lines, attempt, error);
    const column = cause.column === undefined ? '' : `, colonne ${cause.column}`;
    throw new DataFault(`Fichier ${file}, ligne ${line}, table ${table.table}${column} : ${refusalReason(cause)}`);
  }
}

/** Halves the lines until one is left: that with which the change starts to be refused. */
async function firstRefusedLine(
  client: pg.Client,
  lines: readonly number[],
  attempt: (upTo: number) => Promise<void>,
  refusal: pg.DatabaseError,
): Promise<{ line: number; cause: pg.DatabaseError }> {
  let [first, last] = [0, lines.length - 1];
  let cause = refusal;
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    try {
      await attempt(lines[middle] ?? 0);
      first = middle + 1;
    } catch (error) {
      if (!isRefusedValue(error)) throw error;
      cause = error;
      last = middle;
    }
    await client.query('ROLLBACK TO SAVEPOINT change');
  }
  return { line: lines[last] ?? 0, cause };
}

function idleSentence({ count, lines }: IdleLines): string {
  const shown = `${lines.join(', ')}${count > lines.length ? '…' : ''}`;
  return count === 1
    ? `1 ligne ne correspond à aucun objet (ligne ${shown})`
    : `${count} lignes ne correspondent à aucun objet (lignes ${shown})`;
}
