import { child, type ReadElement } from '../xml.js';
import type { Filter } from '../../filter/model.js';
import { readRuleFilter } from './rule-filter.js';
import type { FeatureTypeStyle, Rule, Symbolizer } from './model.js';
import { readChildren, readNumber, readText, type SldContext, warn, warnUnsupported } from './reader.js';
import { readSymbolizer, SYMBOLIZER_NAMES } from './symbolizers.js';

/** Rules: SLD 1.0.0 §11.1, SE 1.1.0 §10. */

/** Reads a `FeatureTypeStyle`. */
export function readFeatureTypeStyle(context: SldContext, element: ReadElement): FeatureTypeStyle {
  const rules: Rule[] = [];
  readChildren(context, element, {
    Name: undefined,
    Title: undefined,
    Abstract: undefined,
    Description: undefined,
    SemanticTypeIdentifier: undefined,
    FeatureTypeName: (each) => warnUnsupported(context, each, "le style s'applique à la relation qui l'utilise"),
    Rule: (each) => {
      const rule = readRule(context, each);
      if (rule !== null) rules.push(rule);
    },
  });
  return { rules };
}

/** `null` for a rule whose filter cannot be evaluated: drawing it for every feature would be worse than not at all. */
function readRule(context: SldContext, element: ReadElement): Rule | null {
  const symbolizers: Symbolizer[] = [];
  let name = null as string | null;
  let title = null as string | null;
  let minScale = null as number | null;
  let maxScale = null as number | null;
  let filter = null as Filter | null;
  let isElse = false;
  let isReadable = true;
  const readDescription = (each: ReadElement): void => {
    const inner = child(each, 'Title');
    if (inner !== undefined) title = readText(inner);
  };
  const addSymbolizer = (each: ReadElement): void => {
    const symbolizer = readSymbolizer(context, each);
    if (symbolizer !== null) symbolizers.push(symbolizer);
  };
  readChildren(context, element, {
    Name: (each) => (name = readText(each)),
    Title: (each) => (title = readText(each)),
    Description: readDescription,
    Abstract: undefined,
    MinScaleDenominator: (each) => (minScale = readNumber(context, each, null, { min: 0 })),
    MaxScaleDenominator: (each) => (maxScale = readNumber(context, each, null, { min: 0 })),
    Filter: (each) => {
      filter = readRuleFilter(context, each);
      isReadable = filter !== null;
    },
    ElseFilter: () => (isElse = true),
    ...Object.fromEntries(SYMBOLIZER_NAMES.map((symbolizer) => [symbolizer, addSymbolizer])),
  });
  if (isElse && filter !== null) {
    warn(context, element, 'la règle a un Filter et un ElseFilter, le Filter est ignoré');
    filter = null;
  }
  if (minScale !== null && maxScale !== null && minScale >= maxScale) {
    warn(context, element, "la règle n'est visible à aucune échelle");
  }
  return isReadable || isElse ? { name, title, minScale, maxScale, filter, isElse, symbolizers } : null;
}
