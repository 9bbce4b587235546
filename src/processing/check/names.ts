import { columnFault, columnNames, databaseName, nameFault } from '../names.js';

/** What can be said of the names of a table and of its columns, in French. */
export interface NameFindings {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Looks at the names of a table and of its columns (lifecycle §3, §10 row 5).
 * @param reserved columns that an integration adds: key and geometry
 */
export function lookAtNames(table: string, columns: readonly string[], reserved: readonly string[]): NameFindings {
  const faults: string[] = [];
  const tableFault = nameFault(table);
  if (tableFault !== null) faults.push(`Nom de table invalide : ${table} (${tableFault})`);
  for (const column of columns) {
    const fault = columnFault(column);
    if (fault !== null) faults.push(`Nom de colonne invalide dans ${table} : ${column} (${fault})`);
  }
  const final = columnNames(columns, reserved);
  const warnings = columns.flatMap((column, index) => {
    const name = final[index];
    if (name === undefined || name === databaseName(column)) return [];
    return [`Nom de colonne déjà pris dans ${table} : ${column} deviendra ${name}`];
  });
  return { faults, warnings };
}
