import { KEY_TYPES } from '../key-infos.js';
import { permissionFaults } from '../key-accesses.js';
import type { Reader } from './document.js';
import type { AccessRow, HeldKeys } from './held-keys.js';
import { namedUser } from './names.js';
import type { Beneficiary, GivenPermission } from './permissions.js';

/**
 * Who reads an offering that services show. Keys: as the guard says; the registry only explains. Those who have no
 * access yet: by the rules that make accesses.
 */

/** What decides, beside keys. */
export interface ReadOffering {
  readonly id: string;
  /** To all keys. */
  readonly open: boolean;
  /** Whether its datastore is active. */
  readonly active: boolean;
}

/** Everybody, on an open endpoint. */
export const PUBLIC: Reader = { who: 'public', state: 'allowed', reason: "Point d'accès ouvert : aucune clé." };

/** Readers of an offering of a restricted endpoint. */
export function restrictedReaders(
  offering: ReadOffering,
  held: HeldKeys,
  permissions: readonly GivenPermission[],
): Reader[] {
  const accesses = held.accesses.filter(({ offeringId }) => offeringId === offering.id);
  const keys = accesses.map((access) => keyReader(offering, access, held));
  const reading = new Map(
    accesses.flatMap(({ key }, at) => (keys[at]?.state === 'allowed' ? [[key.user.id, key.name] as const] : [])),
  );
  return [
    ...(offering.open ? [anybody(offering)] : []),
    ...keys,
    ...permissions.flatMap((permission) =>
      permission.beneficiaries.map((user) => userReader(offering, permission, user, reading.get(user.id))),
    ),
  ];
}

function anybody({ active }: ReadOffering): Reader {
  return active
    ? {
        who: 'anybody',
        state: 'possible',
        reason: "Offre ouverte à toutes les clés : tout utilisateur de l'API peut y relier la sienne, sans permission.",
      }
    : { who: 'anybody', state: 'refused', reason: INACTIVE };
}

const INACTIVE = "L'entrepôt de l'offre n'est pas actif.";

function keyReader(offering: ReadOffering, access: AccessRow, held: HeldKeys): Reader {
  const { key, permission } = access;
  const rights = held.rightsOf(key.id);
  const isAllowed = rights?.allows(offering.id) === true;
  return {
    who: 'key',
    state: isAllowed ? 'allowed' : 'refused',
    reason: isAllowed ? whyAllowed(offering, access) : whyRefused(offering, access, rights === null),
    key: key.id,
    user: namedUser(key.user),
    ...permissionTerms(permission),
  };
}

function permissionTerms(permission: { id: string; endDate: Date | null; onlyOauth: boolean } | null) {
  if (permission === null) return {};
  const { id, endDate, onlyOauth } = permission;
  return {
    permission: id,
    only_oauth: onlyOauth,
    ...(endDate === null ? {} : { end_date: endDate.toISOString() }),
  };
}

function whyAllowed({ open }: ReadOffering, { permission, key }: AccessRow): string {
  const isNarrowed = key.whitelist.length + key.blacklist.length > 0 || key.userAgent !== null || key.referer !== null;
  const restrictions = isNarrowed ? ', dans les restrictions de la clé' : '';
  return permission === null || open
    ? `Offre ouverte à toutes les clés${restrictions}.`
    : `Par la permission ${permission.id}${restrictions}.`;
}

function whyRefused({ id, active }: ReadOffering, { key, permission }: AccessRow, isUnknown: boolean): string {
  if (isUnknown) return 'Le compte du propriétaire de la clé est désactivé.';
  if (!active) return INACTIVE;
  if (permission === null) return "L'offre n'est plus ouverte à toutes les clés.";
  const faults = permissionFaults(permission, key.type);
  if (faults.length > 0) return faults.join(' ');
  return permission.offerings.some(({ offeringId }) => offeringId === id)
    ? `Le propriétaire de la clé ne bénéficie plus de la permission ${permission.id}.`
    : `La permission ${permission.id} ne couvre plus l'offre.`;
}

/** @param readingKey name of a key by which the person reads the offering */
function userReader(
  { active }: ReadOffering,
  { permission, community }: GivenPermission,
  user: Beneficiary,
  readingKey: string | undefined,
): Reader {
  const of: Omit<Reader, 'state' | 'reason'> = {
    who: 'user',
    user: namedUser(user),
    ...(community === null ? {} : { community }),
    ...permissionTerms(permission),
  };
  if (readingKey !== undefined) return { ...of, state: 'allowed', reason: `Par sa clé « ${readingKey} ».` };
  if (!user.enabled) return { ...of, state: 'refused', reason: 'Son compte est désactivé.' };
  if (!active) return { ...of, state: 'refused', reason: INACTIVE };
  const faults = KEY_TYPES.map((type) => ({ type, sentences: permissionFaults(permission, type) }));
  const fitting = faults.filter(({ sentences }) => sentences.length === 0).map(({ type }) => type);
  if (fitting.length === 0) {
    // An end refuses every type with the same sentence.
    return { ...of, state: 'refused', reason: faults.find(({ type }) => type === 'OAUTH2')?.sentences.join(' ') ?? '' };
  }
  const types = fitting.length === KEY_TYPES.length ? '' : ` de type ${fitting.join(', ')}`;
  return fitting.some((type) => user.keyTypes.includes(type))
    ? { ...of, state: 'possible', reason: `Peut lire en reliant une de ses clés${types}, ou une nouvelle.` }
    : { ...of, state: 'refused', reason: `N'a pas de clé${types}, et son quota de clés ne lui en permet pas.` };
}
