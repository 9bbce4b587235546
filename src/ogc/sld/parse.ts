import { child, childrenNamed, type ReadElement, readXml, XmlReadError } from '../xml.js';
import { xmlFaultSentence } from '../xml-faults.js';
import type { FeatureTypeStyle, Rule, StyleModel } from './model.js';
import { readChildren, readText, SldError, type SldContext, warn, warnUnsupported } from './reader.js';
import { readFeatureTypeStyle } from './rules.js';

/** Styled Layer Descriptors: 1.0.0, which the platform takes, and 1.1.0, which QGIS writes. */

export type SldVersion = '1.0.0' | '1.1.0';

export interface ParsedSld {
  readonly version: SldVersion;
  readonly style: StyleModel;
  /** French sentences about what the map will not show as written, in document order. */
  readonly warnings: readonly string[];
  /** Attributes that filters and labels name, in order of appearance. */
  readonly usedAttributes: readonly string[];
  /** Scale denominator from which something is visible; absent when some rule has no lower limit. */
  readonly minScaleDenominator?: number;
  /** Scale denominator up to which something is visible; absent when some rule has no upper limit. */
  readonly maxScaleDenominator?: number;
}

/**
 * Reads a style (spec diffusion §5, lifecycle §6).
 * @param options.strict refuse 1.1.0, as the platform does; otherwise it is read with a warning
 * @throws SldError naming the line and the reason, in French
 */
export function parseSld(xml: string, options: { readonly strict: boolean }): ParsedSld {
  const root = readDocument(xml);
  const context: SldContext = { warnings: [], usedAttributes: new Set() };
  const version = readVersion(root);
  if (version === '1.1.0') {
    if (options.strict) throw new SldError("la version 1.1.0 n'est pas acceptée, seule la 1.0.0 l'est", root.line);
    warn(context, root, 'la Géoplateforme refuse la version 1.1.0 de SLD, seule la 1.0.0 y est acceptée');
  }
  const style = readLayers(context, root);
  const rules = style.featureTypeStyles.flatMap((featureTypeStyle) => featureTypeStyle.rules);
  return {
    version,
    style,
    warnings: context.warnings,
    usedAttributes: [...context.usedAttributes],
    ...scaleRange(rules),
  };
}

function readDocument(xml: string): ReadElement {
  try {
    // Editors on Windows put a byte order mark before the declaration.
    const root = readXml(xml.replace(/^\uFEFF/, ''));
    if (root.name === 'StyledLayerDescriptor') return root;
    throw new SldError(`la racine est ${root.name} au lieu de StyledLayerDescriptor`, root.line);
  } catch (error) {
    if (!(error instanceof XmlReadError)) throw error;
    throw new SldError(xmlFaultSentence(error), error.line);
  }
}

function readVersion(root: ReadElement): SldVersion {
  const version = root.attributes['version'];
  if (version === undefined || version === '1.0.0' || version === '1.0') return '1.0.0';
  if (version === '1.1.0' || version === '1.1') return '1.1.0';
  throw new SldError(`la version « ${version} » est inconnue (1.0.0 attendue)`, root.line);
}

/** The style drawn is the first one of the document, as in GeoServer; others are reported. */
function readLayers(context: SldContext, root: ReadElement): StyleModel {
  const found: { element: ReadElement; style: StyleModel }[] = [];
  const readUserStyleOnce = (element: ReadElement): void => {
    if (found.length > 0) warnUnsupported(context, element, 'seul le premier style du document est appliqué');
    else found.push({ element, style: readUserStyle(context, element) });
  };
  const readLayer = (layer: ReadElement): void =>
    readChildren(context, layer, { ...DESCRIPTION, UserStyle: readUserStyleOnce });
  readChildren(context, root, { ...DESCRIPTION, NamedLayer: readLayer, UserLayer: readLayer });
  const [first] = found;
  if (first !== undefined) return first.style;
  throw new SldError('aucun élément UserStyle', root.line);
}

/** Texts that change nothing on the map. */
const DESCRIPTION = { Name: undefined, Title: undefined, Abstract: undefined, Description: undefined } as const;

function readUserStyle(context: SldContext, element: ReadElement): StyleModel {
  const featureTypeStyles: FeatureTypeStyle[] = [];
  readChildren(context, element, {
    ...DESCRIPTION,
    IsDefault: undefined,
    FeatureTypeStyle: (each) => featureTypeStyles.push(readFeatureTypeStyle(context, each)),
  });
  if (childrenNamed(element, 'FeatureTypeStyle').length === 0) {
    throw new SldError('aucun élément FeatureTypeStyle', element.line);
  }
  const description = child(element, 'Description') ?? element;
  return { name: textOf(element, 'Name'), title: textOf(description, 'Title'), featureTypeStyles };
}

function textOf(element: ReadElement, name: string): string | null {
  const found = child(element, name);
  return found === undefined ? null : readText(found);
}

function scaleRange(rules: readonly Rule[]): Pick<ParsedSld, 'minScaleDenominator' | 'maxScaleDenominator'> {
  const minimums = rules.map((rule) => rule.minScale ?? 0);
  const maximums = rules.map((rule) => rule.maxScale ?? Infinity);
  const min = rules.length === 0 ? 0 : Math.min(...minimums);
  const max = rules.length === 0 ? Infinity : Math.max(...maximums);
  return {
    ...(min > 0 ? { minScaleDenominator: min } : {}),
    ...(max < Infinity ? { maxScaleDenominator: max } : {}),
  };
}
