import type { Filter } from '../filter/model.js';
import type { Rule, StyleModel, Symbolizer } from '../ogc/sld/model.js';
import { el, type XmlElement } from '../ogc/xml.js';
import { symbolizerElements } from './mapnik-symbolizers.js';
import { ColumnNames, type StyleColumn } from './style-columns.js';

/**
 * StyleModel → Mapnik styles. Nothing a producer wrote reaches Mapnik as an expression: filters and labels are
 * columns that PostgreSQL computes under names of ours, so that a style selects exactly what WFS and GetFeatureInfo
 * select with the same filter, and there is nothing to inject into.
 */

export interface MapnikStyles {
  /** `Style` elements, in painting order, labels left out. */
  readonly shapes: readonly XmlElement[];
  /** `Style` elements of the labels. */
  readonly labels: readonly XmlElement[];
  readonly columns: readonly StyleColumn[];
  /** Condition of the features that some rule may draw; `null`: all of them. */
  readonly selection: readonly Filter[] | null;
  /** How far, in pixels, symbols reach beyond their geometry. */
  readonly reach: number;
}

/**
 * Translates a style.
 * @param prefix makes style names unique in the map
 * @param marksFolder where the files of {@link markFiles} are
 */
export function toMapnikStyles(style: StyleModel, prefix: string, marksFolder: string): MapnikStyles {
  const columns = new ColumnNames();
  const shapes: XmlElement[] = [];
  const labels: XmlElement[] = [];
  let reach = 0;
  for (const [index, { rules }] of style.featureTypeStyles.entries()) {
    const build = (isWanted: (symbolizer: Symbolizer) => boolean): XmlElement[] => {
      const kept = rules.map((rule) => ({ ...rule, symbolizers: rule.symbolizers.filter(isWanted) }));
      if (kept.every((rule) => rule.symbolizers.length === 0)) return [];
      // A rule that draws nothing still takes its features away from ElseFilter.
      const needed = kept.filter((rule) => rule.symbolizers.length > 0 || kept.some(({ isElse }) => isElse));
      return needed.map((rule) => {
        const drawn = rule.symbolizers.map((each) => symbolizerElements(each, columns, marksFolder));
        reach = Math.max(reach, ...drawn.map((each) => each.reach));
        return ruleElement(
          rule,
          drawn.flatMap((each) => each.elements),
          columns,
        );
      });
    };
    const shapeRules = build((symbolizer) => symbolizer.type !== 'text');
    const labelRules = build((symbolizer) => symbolizer.type === 'text');
    if (shapeRules.length > 0) shapes.push(el('Style', { name: `${prefix}-${index}` }, shapeRules));
    if (labelRules.length > 0) labels.push(el('Style', { name: `${prefix}-${index}-labels` }, labelRules));
  }
  return { shapes, labels, columns: columns.list(), selection: selectionOf(style), reach };
}

/** Mapnik's scale denominators are those of SLD: pixels of 0.28 mm, degrees counted on the equator. */
function ruleElement(rule: Rule, symbolizers: readonly XmlElement[], columns: ColumnNames): XmlElement {
  return el(
    'Rule',
    {},
    rule.minScale !== null && el('MinScaleDenominator', {}, rule.minScale),
    rule.maxScale !== null && el('MaxScaleDenominator', {}, rule.maxScale),
    rule.isElse ? el('ElseFilter') : rule.filter !== null && el('Filter', {}, `[${columns.ofFilter(rule.filter)}]`),
    symbolizers,
  );
}

/** When every rule has a filter, features that none selects need not leave the database. */
function selectionOf(style: StyleModel): readonly Filter[] | null {
  const rules = style.featureTypeStyles.flatMap((featureTypeStyle) => featureTypeStyle.rules);
  const filters = rules.flatMap((rule) => (rule.filter === null ? [] : [rule.filter]));
  return filters.length === rules.length ? filters : null;
}
