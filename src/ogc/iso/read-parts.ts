import { type GeographicBox, parseFiniteNumber } from '../../geo/bbox.js';
import type { ReadElement } from '../xml.js';
import type { Conformity, Link, Party, Period } from './content.js';
import { codesAt, elementsAt, firstOf, present, textAt } from './elements.js';

/** Reading the parts of a record; one that cannot be used is left out. */

export const DATE = 'Date|DateTime';

export function readParties(root: ReadElement, path: string): Party[] {
  return firstOf(elementsAt(root, `${path}/CI_ResponsibleParty|CI_Responsibility`).map(readParty));
}

function readParty(party: ReadElement): Party {
  const email = 'contactInfo/CI_Contact/address/CI_Address/electronicMailAddress';
  const organisation = textAt(party, 'organisationName') ?? textAt(party, 'party/CI_Organisation/name');
  const individual =
    textAt(party, 'individualName') ??
    textAt(party, 'party/CI_Individual/name') ??
    textAt(party, 'party/CI_Organisation/individual/CI_Individual/name');
  return {
    ...present({ organisation, individual, email: textAt(party, email) ?? textAt(party, `party/*/${email}`) }),
    role: codesAt(party, 'role/CI_RoleCode')[0] ?? 'pointOfContact',
  };
}

/** Boxes that are none are left out: nothing else can be done with them. */
export function readBox(box: ReadElement): GeographicBox[] {
  const side = (name: string): number | null => parseFiniteNumber(textAt(box, `${name}/Decimal`) ?? '');
  const west = side('westBoundLongitude');
  const south = side('southBoundLatitude');
  const east = side('eastBoundLongitude');
  const north = side('northBoundLatitude');
  if (west === null || south === null || east === null || north === null) return [];
  if (Math.max(Math.abs(west), Math.abs(east)) > 180 || south < -90 || north > 90 || south > north) return [];
  return [{ west, south, east, north }];
}

export function readLink(resource: ReadElement): Link[] {
  const url = textAt(resource, 'linkage');
  if (url === undefined) return [];
  return [
    {
      url,
      ...present({
        name: textAt(resource, 'name'),
        description: textAt(resource, 'description'),
        protocol: textAt(resource, 'protocol'),
      }),
    },
  ];
}

export function readDenominator(text: string): number[] {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value < 2 ** 31 ? [value] : [];
}

export function readDistance(distance: ReadElement): { value: number; unit: string }[] {
  const value = parseFiniteNumber(distance.text);
  return value === null ? [] : [{ value, unit: (distance.attributes['uom'] ?? 'm').replace(/^.*#/, '') }];
}

/** A period or an instant of GML; one without any date, as "from before until now", says nothing. */
export function readPeriod(time: ReadElement): Period[] {
  const instant = textAt(time, 'timePosition');
  const begin = textAt(time, 'beginPosition') ?? textAt(time, 'begin/TimeInstant/timePosition') ?? instant;
  const end = textAt(time, 'endPosition') ?? textAt(time, 'end/TimeInstant/timePosition') ?? instant;
  return begin === undefined && end === undefined ? [] : [present({ begin, end })];
}

export function readConformity(result: ReadElement): Conformity {
  const [date] = elementsAt(result, 'specification/CI_Citation/date/CI_Date');
  const pass = textAt(result, 'pass/Boolean');
  return present({
    title: textAt(result, 'specification/CI_Citation/title'),
    date: date && textAt(date, `date/${DATE}`),
    dateType: date && codesAt(date, 'dateType/CI_DateTypeCode')[0],
    pass: pass === undefined ? undefined : /^(?:true|1)$/.test(pass),
  });
}
