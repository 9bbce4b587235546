import { el, type XmlElement } from '../xml.js';
import type { CoupledResource, Operation, ServiceContent } from './content.js';
import { code, onlineResource, text } from './gmd-parts.js';

/**
 * The elements of a service that no other resource has, in ISO 19139 (srv), around its extents; what the schema wants and
 * the record does not say is told to be missing.
 */
export function serviceParts(
  service: ServiceContent,
  extents: readonly XmlElement[],
  isBrief: boolean,
): readonly (XmlElement | readonly XmlElement[])[] {
  const { type, versions, coupling, operations, coupled, operatesOn } = service;
  const names = [
    type === undefined ? missing('serviceType') : el('srv:serviceType', {}, el('gco:LocalName', {}, type)),
    ...versions.map((version) => text('srv:serviceTypeVersion', version)),
  ];
  if (isBrief) return [names, extents];
  return [
    names,
    extents,
    coupled.map(coupledResource),
    coupling === undefined
      ? missing('couplingType')
      : el('srv:couplingType', {}, code('srv:SV_CouplingType', coupling)),
    operations.length === 0 ? missing('containsOperations') : operations.map(operation),
    operatesOn.map(({ identifier, url }) => el('srv:operatesOn', { uuidref: identifier, 'xlink:href': url })),
  ];
}

function coupledResource({ operation: name, identifier, name: layer }: CoupledResource): XmlElement {
  return el(
    'srv:coupledResource',
    {},
    el(
      'srv:SV_CoupledResource',
      {},
      text('srv:operationName', name ?? ''),
      text('srv:identifier', identifier ?? ''),
      layer !== undefined && el('gco:ScopedName', {}, layer),
    ),
  );
}

function operation({ name, platforms, links }: Operation): XmlElement {
  return el(
    'srv:containsOperations',
    {},
    el(
      'srv:SV_OperationMetadata',
      {},
      text('srv:operationName', name),
      platforms.length === 0
        ? missing('DCP')
        : platforms.map((platform) => el('srv:DCP', {}, code('srv:DCPList', platform))),
      links.length === 0
        ? missing('connectPoint')
        : links.map((link) => el('srv:connectPoint', {}, onlineResource(link))),
    ),
  );
}

function missing(name: string): XmlElement {
  return el(`srv:${name}`, { 'gco:nilReason': 'missing' });
}
