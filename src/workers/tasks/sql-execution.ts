import pg from 'pg';
import { DataFault } from '../../processing/data-fault.js';

/** Statements of producers, run one by one, and PostgreSQL's refusals of them in words for the log. */

/** SQLSTATE classes of what is not the statement's fault: connections, resources, locks, an administrator's order. */
const NOT_ITS_FAULT = ['08', '40', '53', '57', '58'];
const QUERY_CANCELED = '57014';

/**
 * Runs one statement and lets its rows go. The extended protocol takes no more than one: whatever was read of the
 * text, nothing can follow it.
 */
export function runStatement(client: pg.Client, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query({ text, queryMode: 'extended' } as pg.QueryConfig);
    // Without a listener they would be kept in memory.
    query.on('row', () => undefined);
    // The connection takes the next one once it has dealt with this event.
    query.on('end', () => setImmediate(resolve));
    query.on('error', reject);
    client.query(query);
  });
}

/** Where a statement is written. */
export interface StatementPlace {
  /** Name of the file. */
  readonly file: string;
  /** Line and column in it of a place of the statement, as PostgreSQL gives it: characters, from 1; 0: its start. */
  readonly placeOf: (position: number) => { readonly line: number; readonly column: number };
  /** The line of the file. */
  readonly lineAt: (line: number) => string;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/** Whether PostgreSQL refuses a statement for what it is. */
export function isStatementRefusal(error: unknown): error is pg.DatabaseError {
  if (!(error instanceof pg.DatabaseError)) return false;
  const code = error.code ?? '';
  return code === QUERY_CANCELED || !NOT_ITS_FAULT.includes(code.slice(0, 2));
}

/** The refusal of a statement as a fault of its producer; anything else as it is. */
export function asStatementFault(error: unknown, place: StatementPlace): unknown {
  if (!isStatementRefusal(error)) return error;
  const code = error.code ?? '';
  const position = Number(error.position ?? 0);
  const { line, column } = place.placeOf(position);
  const where = position > 0 ? `ligne ${line}, colonne ${column}` : `instruction de la ligne ${line}`;
  if (code === QUERY_CANCELED) {
    return new DataFault(
      `${place.file}, instruction de la ligne ${line} : arrêtée, elle dure plus de ${place.timeoutMs / 1000} s`,
    );
  }
  return new DataFault(
    `Erreur SQL dans ${place.file}, ${where} : ${error.message} (${code})`,
    ...(error.detail === undefined ? [] : [`Détail : ${error.detail}`]),
    ...(error.hint === undefined ? [] : [`Conseil : ${error.hint}`]),
    ...(error.internalQuery === undefined ? [] : [`Dans la fonction : ${error.where ?? error.internalQuery}`]),
    `Ligne ${line} : ${place.lineAt(line).trim().slice(0, 200)}`,
  );
}
