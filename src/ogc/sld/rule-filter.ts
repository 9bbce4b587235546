import { readFilterElement } from '../../filter/fes.js';
import { type Filter, FilterError, type Operand } from '../../filter/model.js';
import { UnknownCrsError } from '../../geo/crs.js';
import type { ReadElement } from '../xml.js';
import { SldError, type SldContext, warn } from './reader.js';

/**
 * Reads the `Filter` of a rule and notes the attributes it names.
 *
 * `null` when it uses operators that cannot be evaluated, which is reported.
 * @throws SldError for a filter that is not one
 */
export function readRuleFilter(context: SldContext, element: ReadElement): Filter | null {
  try {
    const filter = readFilterElement(element);
    for (const name of namedAttributes(filter)) context.usedAttributes.add(name);
    return filter;
  } catch (error) {
    if (error instanceof FilterError && error.fault === 'unsupported') {
      warn(context, element, `le filtre n'est pas pris en charge (${error.message}), la règle ne dessine rien`);
      return null;
    }
    if (error instanceof FilterError || error instanceof UnknownCrsError) {
      throw new SldError(`filtre incorrect (${error.message})`, element.line);
    }
    throw error;
  }
}

/** Attributes a filter compares, in order, geometry left out. */
function namedAttributes(filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(namedAttributes);
    case 'not':
      return namedAttributes(filter.filter);
    case 'comparison':
      return [filter.left, filter.right].flatMap(nameOfOperand);
    case 'between':
      return [filter.operand, filter.lower, filter.upper].flatMap(nameOfOperand);
    case 'like':
    case 'in':
    case 'isNull':
      return [filter.operand.name];
    default:
      return [];
  }
}

function nameOfOperand(operand: Operand): string[] {
  return operand.kind === 'property' ? [operand.name] : [];
}
