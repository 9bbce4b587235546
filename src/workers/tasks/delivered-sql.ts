import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import type { FeatureSchema } from '../../domain/feature-schemas.js';
import { quoteIdentifier } from '../../domain/relations.js';
import { checkDeliveredSql } from '../../processing/sql/delivered.js';
import { parseSql, type SqlStatement } from '../../processing/sql/parser.js';
import type { logFrom } from '../../processing/task-log.js';
import { type DeliveredFile, fileName } from '../../processing/upload-tree.js';
import { DataFault } from '../../processing/data-fault.js';
import { asStatementFault, runStatement } from './sql-execution.js';

/** What the SQL files of an upload are run with. */
export interface DeliveredSqlContext {
  readonly client: pg.Client;
  readonly target: FeatureSchema;
  readonly log: ReturnType<typeof logFrom>;
  /** Longest statement, milliseconds. */
  readonly timeoutMs: number;
}

/** Longest that is read, bytes; the parser tells the exact limit. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Runs delivered SQL (lifecycle §4.3: it comes before the data), in the transaction of the caller, which acts as the
 * role of the schema (`actAsOwner`): what it makes is the role's.
 *
 * That role is taken by `SET ROLE`, which alone would hold nobody: whoever may run SQL may undo it. It holds here
 * because the statements were all parsed and are of kinds that only define: there is no SET among them, no function of
 * a producer, no text that is run as SQL, and each goes alone through the extended protocol.
 * @throws DataFault for what is not allowed, or what PostgreSQL refuses
 */
export async function runDeliveredSql(context: DeliveredSqlContext, files: readonly DeliveredFile[]): Promise<void> {
  if (files.length === 0) return;
  const { client, target, timeoutMs } = context;
  const texts: { file: DeliveredFile; text: string }[] = [];
  for (const file of files) texts.push({ file, text: await readText(file) });
  const faults = texts.flatMap(({ file, text }) =>
    checkDeliveredSql(text).map(({ line, what }) => `${file.path}, ligne ${line} : ${what}`),
  );
  if (faults.length > 0) throw new DataFault(...faults);
  await client.query(`SET LOCAL search_path TO ${quoteIdentifier(target.schema)}, public`);
  await client.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
  for (const { file, text } of texts) await runText(context, file, text);
  await client.query('SET LOCAL statement_timeout TO DEFAULT');
  await client.query('SET LOCAL search_path TO DEFAULT');
}

async function readText({ path, localPath, size }: DeliveredFile): Promise<string> {
  if (size > MAX_BYTES) throw new DataFault(`${path} : le texte dépasse ${MAX_BYTES / 1024 ** 2} Mio`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(localPath));
  } catch (error) {
    if (error instanceof TypeError) throw new DataFault(`${path} : le texte n'est pas en UTF-8`);
    throw error;
  }
}

async function runText({ client, log, timeoutMs }: DeliveredSqlContext, file: DeliveredFile, text: string) {
  log.info(`Exécution du fichier SQL : ${fileName(file.path)}`);
  const parsed = parseSql(text);
  if ('what' in parsed) throw new DataFault(`${file.path}, ligne ${parsed.line} : ${parsed.what}`);
  const run = async (statement: SqlStatement) => {
    try {
      await runStatement(client, statement.text);
    } catch (error) {
      throw asStatementFault(error, {
        file: file.path,
        placeOf: (position) => parsed.placeIn(statement, position),
        lineAt: (line) => text.split('\n')[line - 1] ?? '',
        timeoutMs,
      });
    }
  };
  for (const statement of parsed.statements) await run(statement);
  log.info(`${parsed.statements.length} instructions exécutées`);
}
