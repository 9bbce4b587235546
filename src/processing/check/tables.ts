import type { TaskLog } from '../task-log.js';
import { coreLog, type DeliveredTable } from './report.js';

/**
 * Files that give the same table fill it together when their columns are the same (lifecycle §10 row 25).
 * @returns whether every table can be made
 */
export function checkTables(tables: readonly DeliveredTable[], log: TaskLog): boolean {
  const { info, error } = coreLog(log);
  let passed = true;
  const first = new Map<string, DeliveredTable>();
  for (const table of tables) {
    const other = first.get(table.name);
    if (other === undefined) {
      first.set(table.name, table);
      continue;
    }
    // Two layers of one file are told with that file.
    if (other.path === table.path) continue;
    const files = `${other.path} et ${table.path}`;
    const differences = differencesOf(other, table);
    if (differences.length === 0) info(`Les fichiers ${files} remplissent tous deux la table ${table.name}`);
    else {
      error(`Les fichiers ${files} donnent la table ${table.name} avec des colonnes différentes : ${differences}`);
      passed = false;
    }
  }
  return passed;
}

function differencesOf(one: DeliveredTable, other: DeliveredTable): string {
  const only = (a: DeliveredTable, b: DeliveredTable) => a.columns.filter((column) => !b.columns.includes(column));
  const differences = [...only(one, other), ...only(other, one)];
  if (one.hasGeometry !== other.hasGeometry) differences.push('géométrie');
  return differences.join(', ');
}
