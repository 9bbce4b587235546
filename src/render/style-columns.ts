import type { Filter } from '../filter/model.js';
import type { LabelPart } from '../ogc/sld/model.js';

/** A column the SQL of a styled relation must yield, under `alias`. */
export type StyleColumn =
  | { readonly alias: string; readonly filter: Filter }
  | { readonly alias: string; readonly label: readonly LabelPart[] };

/** Gives each distinct filter and label one column name. */
export class ColumnNames {
  private readonly columns = new Map<string, StyleColumn>();

  ofFilter(filter: Filter): string {
    return this.name('f', filter, (alias) => ({ alias, filter }));
  }

  ofLabel(label: readonly LabelPart[]): string {
    return this.name('t', label, (alias) => ({ alias, label }));
  }

  list(): StyleColumn[] {
    return [...this.columns.values()];
  }

  private name(letter: string, content: unknown, make: (alias: string) => StyleColumn): string {
    const key = `${letter}${JSON.stringify(content)}`;
    const column = this.columns.get(key) ?? make(`${letter}${this.columns.size}`);
    this.columns.set(key, column);
    return column.alias;
  }
}
