import { el, type XmlElement } from '../xml.js';

/** What filters may hold (FES 2.0, OGC 09-026r2 §7.13): the operators of src/filter. */

const CONFORMANCE: readonly (readonly [name: string, holds: boolean])[] = [
  ['ImplementsQuery', true],
  ['ImplementsAdHocQuery', true],
  ['ImplementsFunctions', false],
  ['ImplementsResourceId', true],
  ['ImplementsMinStandardFilter', true],
  ['ImplementsStandardFilter', true],
  ['ImplementsMinSpatialFilter', true],
  ['ImplementsSpatialFilter', true],
  ['ImplementsMinTemporalFilter', false],
  ['ImplementsTemporalFilter', false],
  ['ImplementsVersionNav', false],
  ['ImplementsSorting', true],
  ['ImplementsExtendedOperators', false],
  ['ImplementsMinimumXPath', false],
  ['ImplementsSchemaElementFunc', false],
];

const COMPARISONS = [
  'PropertyIsEqualTo',
  'PropertyIsNotEqualTo',
  'PropertyIsLessThan',
  'PropertyIsLessThanOrEqualTo',
  'PropertyIsGreaterThan',
  'PropertyIsGreaterThanOrEqualTo',
  'PropertyIsLike',
  'PropertyIsBetween',
  'PropertyIsNull',
  'PropertyIsNil',
] as const;

const GEOMETRIES = [
  'Envelope',
  'Point',
  'LineString',
  'Curve',
  'Polygon',
  'Surface',
  'MultiPoint',
  'MultiCurve',
  'MultiSurface',
  'MultiGeometry',
] as const;

const SPATIAL_OPERATORS = [
  'BBOX',
  'Intersects',
  'Disjoint',
  'Within',
  'Contains',
  'Touches',
  'Crosses',
  'Overlaps',
  'Equals',
  'DWithin',
  'Beyond',
] as const;

/** The `fes:Filter_Capabilities` element of capabilities. */
export function filterCapabilities(): XmlElement {
  return el(
    'fes:Filter_Capabilities',
    {},
    el(
      'fes:Conformance',
      {},
      CONFORMANCE.map(([name, holds]) =>
        el('fes:Constraint', { name }, el('ows:NoValues'), el('ows:DefaultValue', {}, holds ? 'TRUE' : 'FALSE')),
      ),
    ),
    el('fes:Id_Capabilities', {}, el('fes:ResourceIdentifier', { name: 'fes:ResourceId' })),
    el(
      'fes:Scalar_Capabilities',
      {},
      el('fes:LogicalOperators'),
      el(
        'fes:ComparisonOperators',
        {},
        COMPARISONS.map((name) => el('fes:ComparisonOperator', { name })),
      ),
    ),
    el(
      'fes:Spatial_Capabilities',
      {},
      el(
        'fes:GeometryOperands',
        {},
        GEOMETRIES.map((name) => el('fes:GeometryOperand', { name: `gml:${name}` })),
      ),
      el(
        'fes:SpatialOperators',
        {},
        SPATIAL_OPERATORS.map((name) => el('fes:SpatialOperator', { name })),
      ),
    ),
  );
}
