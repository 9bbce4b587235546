import type Gdal from 'gdal-async';
import type { DumpTable } from '../../processing/dump.js';

/**
 * SQL types of the columns of a new table, in the order of the fields: those that GDAL gives, with the width that the
 * file declares for its texts.
 */
export function columnTypes(layer: Gdal.Layer, { fieldTypes }: DumpTable): string[] {
  const widths = layer.fields.map((field) => field.width);
  return fieldTypes.map((type, index) => {
    const width = widths[index] ?? 0;
    return type.toUpperCase() === 'VARCHAR' && width > 0 && width <= MAX_WIDTH ? `varchar(${width})` : type;
  });
}

/** PostgreSQL's own limit. */
const MAX_WIDTH = 10_485_760;
