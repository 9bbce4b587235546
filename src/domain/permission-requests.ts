import { readIds } from './held-offerings.js';
import { parseInstant } from './instants.js';

/** Bodies that write permissions, checked (access.md §6). Each function adds a French sentence per problem to `faults`. */

/** Who is to benefit, as a body says it. */
export interface BeneficiaryRequest {
  readonly type?: 'ACCOUNT' | 'COMMUNITY' | undefined;
  readonly users?: readonly string[] | undefined;
  readonly communities?: readonly string[] | undefined;
}

/** Distinct ids of people or communities. */
export interface Beneficiaries {
  readonly type: 'ACCOUNT' | 'COMMUNITY';
  readonly ids: readonly string[];
}

/** The tutorial names communities in `users`, the clients in `communities`: both are read. */
export function readBeneficiaries(request: BeneficiaryRequest, faults: string[]): Beneficiaries | null {
  const { users, communities } = request;
  const type = request.type ?? (communities === undefined ? 'ACCOUNT' : 'COMMUNITY');
  if (users !== undefined && communities !== undefined) {
    faults.push('Les champs "users" et "communities" ne peuvent pas être donnés ensemble.');
    return null;
  }
  const [field, ids] =
    type === 'COMMUNITY' && communities !== undefined
      ? (['communities', communities] as const)
      : (['users', users] as const);
  if (ids === undefined) {
    faults.push(
      type === 'ACCOUNT'
        ? 'Le champ "users" est obligatoire pour une permission de type ACCOUNT.'
        : 'Le champ "communities" est obligatoire pour une permission de type COMMUNITY.',
    );
    return null;
  }
  return { type, ids: readIds(field, ids, faults) };
}

export function readLicence(licence: string, faults: string[]): string {
  if (licence.trim() === '') faults.push('Le champ "licence" ne doit pas être vide.');
  return licence;
}

/**
 * A date in the future, UTC when it names no zone; `null` for none.
 * @param current the end that a permission has: it may be sent again, even past
 */
export function readEndDate(text: string | null, faults: string[], current: Date | null = null): Date | null {
  if (text === null || text === '') return null;
  const date = parseInstant(text);
  if (date === null) {
    faults.push('Le champ "end_date" n\'est pas une date ISO 8601.');
    return null;
  }
  if (date.getTime() <= Date.now() && date.getTime() !== current?.getTime()) {
    faults.push('Le champ "end_date" doit être une date future.');
  }
  return date;
}
