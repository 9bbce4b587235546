import type { ReadElement } from '../xml.js';
import type { Operation, ServiceContent } from './content.js';
import { attributeOf, codesAt, elementsAt, firstOf, present, textAt, textsAt } from './elements.js';
import { readLink } from './read-parts.js';

/** What an `SV_ServiceIdentification` says beside what every resource has. */
export function readService(service: ReadElement): ServiceContent {
  return {
    ...present({
      type: textAt(service, 'serviceType/*'),
      coupling: codesAt(service, 'couplingType/SV_CouplingType')[0],
    }),
    versions: textsAt(service, 'serviceTypeVersion'),
    operations: firstOf(elementsAt(service, 'containsOperations/SV_OperationMetadata').flatMap(readOperation)),
    coupled: firstOf(
      elementsAt(service, 'coupledResource/SV_CoupledResource').map((coupled) =>
        present({
          operation: textAt(coupled, 'operationName') ?? textAt(coupled, 'operation/*/operationName'),
          identifier:
            textAt(coupled, 'identifier') ??
            textAt(coupled, 'resourceReference/CI_Citation/identifier/MD_Identifier/code'),
          name: textAt(coupled, 'ScopedName') ?? textAt(coupled, 'scopedName/ScopedName'),
        }),
      ),
    ),
    operatesOn: firstOf(
      elementsAt(service, 'operatesOn').map((dataset) =>
        present({
          identifier: attributeOf(dataset, 'uuidref') ?? textAt(dataset, '*/citation/CI_Citation/identifier/*/code'),
          url: attributeOf(dataset, 'href'),
        }),
      ),
    ),
  };
}

function readOperation(operation: ReadElement): Operation[] {
  const name = textAt(operation, 'operationName');
  if (name === undefined) return [];
  return [
    {
      name,
      platforms: codesAt(operation, 'DCP|distributedComputingPlatform/DCPList'),
      links: firstOf(elementsAt(operation, 'connectPoint/CI_OnlineResource').flatMap(readLink)),
    },
  ];
}
