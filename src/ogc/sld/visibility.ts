import type { Filter } from '../../filter/model.js';
import type { Rule, StyleModel, Symbolizer } from './model.js';

/** What of a style shows at one scale: used to find features under a click. */

/** Mapnik's margin: a scale within it of a limit is on the visible side. */
const EPSILON = 1e-6;

/** Whether a rule applies at a scale denominator: lower limit included, upper one excluded. */
function isVisibleAt(rule: Rule, scaleDenominator: number): boolean {
  return scaleDenominator >= (rule.minScale ?? 0) - EPSILON && scaleDenominator < (rule.maxScale ?? Infinity) + EPSILON;
}

/** The rules that draw something at a scale, by FeatureTypeStyle. */
function visibleRules(style: StyleModel, scaleDenominator: number): Rule[][] {
  return style.featureTypeStyles.map(({ rules }) => rules.filter((rule) => isVisibleAt(rule, scaleDenominator)));
}

/**
 * Conditions of which a feature must meet one to be drawn at a scale; `null`: every feature is drawn. An empty list:
 * none is.
 */
export function visibleFilters(style: StyleModel, scaleDenominator: number): readonly Filter[] | null {
  const filters: Filter[] = [];
  for (const rules of visibleRules(style, scaleDenominator)) {
    const drawing = rules.filter((rule) => rule.symbolizers.length > 0);
    if (drawing.some((rule) => rule.filter === null && !rule.isElse)) return null;
    const others = rules.flatMap((rule) => (rule.filter === null ? [] : [rule.filter]));
    if (drawing.some((rule) => rule.isElse)) {
      if (others.length === 0) return null;
      filters.push({ kind: 'not', filter: { kind: 'or', filters: others } });
    }
    filters.push(...drawing.flatMap((rule) => (rule.filter === null ? [] : [rule.filter])));
  }
  return filters;
}

/** Largest distance, in pixels, between a feature and what its symbols paint at a scale, labels left out. */
export function visibleReach(style: StyleModel, scaleDenominator: number): number {
  const symbolizers = visibleRules(style, scaleDenominator).flatMap((rules) =>
    rules.flatMap((rule) => rule.symbolizers),
  );
  return Math.max(0, ...symbolizers.map(reachOf));
}

function reachOf(symbolizer: Symbolizer): number {
  switch (symbolizer.type) {
    case 'point':
      return (symbolizer.graphic.size + (symbolizer.graphic.mark.stroke?.width ?? 0)) / 2;
    case 'line':
      return symbolizer.stroke.width / 2;
    case 'polygon':
      return (symbolizer.stroke?.width ?? 0) / 2;
    case 'text':
      return 0;
  }
}
