import { el, type XmlElement } from '../xml.js';
import type { CoupledResource, Operation, ServiceContent } from './content.js';
import { code, onlineResource, text } from './mdb-parts.js';

/**
 * The elements of a service that no other resource has, in ISO 19115-3 (srv); what the schema wants and the record does not
 * say is told to be missing.
 */
export function serviceParts(
  { type, versions, coupling, operations, coupled, operatesOn }: ServiceContent,
  isBrief: boolean,
): XmlElement[] {
  const names = [
    type === undefined ? missing('serviceType') : el('srv:serviceType', {}, el('gco:ScopedName', {}, type)),
    ...versions.map((version) => text('srv:serviceTypeVersion', version)),
  ];
  if (isBrief) return names;
  return [
    ...names,
    ...(coupling === undefined ? [] : [el('srv:couplingType', {}, code('srv:SV_CouplingType', coupling))]),
    ...coupled.map(coupledResource),
    ...operations.map((each) => el('srv:containsOperations', {}, operation(each))),
    ...operatesOn.map(({ identifier, url }) => el('srv:operatesOn', { uuidref: identifier, 'xlink:href': url })),
  ];
}

function coupledResource({ operation: name, identifier, name: layer }: CoupledResource): XmlElement {
  return el(
    'srv:coupledResource',
    {},
    el(
      'srv:SV_CoupledResource',
      {},
      layer !== undefined && el('srv:scopedName', {}, el('gco:ScopedName', {}, layer)),
      identifier !== undefined &&
        el(
          'srv:resourceReference',
          {},
          el(
            'cit:CI_Citation',
            {},
            text('cit:title', identifier),
            el('cit:identifier', {}, el('mcc:MD_Identifier', {}, text('mcc:code', identifier))),
          ),
        ),
      name !== undefined && el('srv:operation', {}, operation({ name, platforms: [], links: [] })),
    ),
  );
}

function operation({ name, platforms, links }: Operation): XmlElement {
  return el(
    'srv:SV_OperationMetadata',
    {},
    text('srv:operationName', name),
    platforms.length === 0
      ? missing('distributedComputingPlatform')
      : platforms.map((platform) => el('srv:distributedComputingPlatform', {}, code('srv:DCPList', platform))),
    links.length === 0
      ? missing('connectPoint')
      : links.map((link) => el('srv:connectPoint', {}, onlineResource(link))),
  );
}

function missing(name: string): XmlElement {
  return el(`srv:${name}`, { 'gco:nilReason': 'missing' });
}
