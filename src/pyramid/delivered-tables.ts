import type { JsonObject } from '../ogc/rok4/json-object.js';
import type { AttributeDescription, TableDescription } from './descriptor.js';

/** The layers of vector tiles that a delivered descriptor tells of at a level (ROK4, §1); what it adds is left out. */

/** @returns the sound ones; faults are told to the level */
export function readDeliveredTables(level: JsonObject): TableDescription[] {
  return level.objects('tables').flatMap((table) => {
    const name = table.text('name', { required: true });
    const geometry = table.text('geometry', { required: true });
    const attributes = table.objects('attributes').flatMap((attribute) => readAttribute(attribute) ?? []);
    return name === undefined || geometry === undefined ? [] : [{ name, geometry, attributes }];
  });
}

function readAttribute(attribute: JsonObject): AttributeDescription | null {
  const name = attribute.text('name', { required: true });
  const type = attribute.text('type', { required: true });
  const count = attribute.number('count', { required: true, integer: true, min: 0 });
  const [min, max] = [attribute.number('min'), attribute.number('max')];
  const values = attribute.texts('values');
  if (name === undefined || type === undefined || count === undefined) return null;
  return {
    ...{ name, type, count },
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(values === undefined ? {} : { values }),
  };
}
