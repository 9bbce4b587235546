import type { Db } from './database.js';
import { recordEvent } from './events.js';

/**
 * What happens to the members and permissions of a community, for its activity feeds. The rows themselves go when
 * somebody leaves or a permission is withdrawn: the events are the community's, and their texts say it all.
 */

const MEMBER_TITLES = {
  joined: "Arrivée d'un membre",
  changed: "Modification des droits d'un membre",
  left: "Départ d'un membre",
} as const;

/** `rights`: those the person has from now on; ignored for `left`. */
export interface MemberEvent {
  readonly communityId: string;
  readonly userId: string;
  readonly change: keyof typeof MEMBER_TITLES;
  readonly rights?: readonly string[];
  /** API user who did it. */
  readonly initiatorId?: string | undefined;
}

/** Records that somebody joined a community, was given other rights or left. To be called in the same transaction. */
export async function recordMemberEvent(db: Db, event: MemberEvent): Promise<void> {
  const { communityId, userId, change, rights = [], initiatorId } = event;
  const user = await db.apiUser.findUnique({ where: { id: userId } });
  const name = user === null ? userId : personName(user);
  const given = rights.length === 0 ? 'aucun droit' : rights.join(', ');
  await recordEvent(db, {
    entity: 'member',
    id: communityId,
    title: MEMBER_TITLES[change],
    text: change === 'left' ? name : `${name} : ${given}`,
    initiatorId,
  });
}

const PERMISSION_TITLES = {
  given: 'Permission accordée',
  changed: 'Permission modifiée',
  withdrawn: 'Permission retirée',
  renounced: 'Renoncement à une permission',
} as const;

export interface PermissionEvent {
  readonly permissionId: string;
  readonly change: keyof typeof PERMISSION_TITLES;
  /** API user who did it. */
  readonly initiatorId?: string | undefined;
}

/**
 * Records what happens to a permission, for the community whose datastore gives it and for the one that benefits
 * from it. To be called in the same transaction, while the permission exists: before it is removed.
 */
export async function recordPermissionEvent(db: Db, event: PermissionEvent): Promise<void> {
  const permission = await db.permission.findUnique({
    where: { id: event.permissionId },
    include: {
      datastore: { include: { community: true } },
      user: true,
      community: true,
      offerings: { include: { offering: { include: { configuration: { select: { layerName: true } } } } } },
    },
  });
  if (permission === null) return;
  const { datastore, user, community, offerings, licence } = permission;
  const beneficiary = community?.name ?? (user === null ? '' : personName(user));
  const layers = offerings.map(({ offering }) => offering.configuration.layerName).toSorted();
  const text = [
    `Licence : ${licence}`,
    `producteur : ${datastore.community.name}`,
    `bénéficiaire : ${beneficiary}`,
    `couches : ${layers.join(', ')}`,
  ].join(' ; ');
  const concerned = new Set([datastore.communityId, ...(community === null ? [] : [community.id])]);
  for (const id of concerned) {
    await recordEvent(db, {
      entity: 'permission',
      id,
      title: PERMISSION_TITLES[event.change],
      text,
      initiatorId: event.initiatorId,
    });
  }
}

function personName({ firstName, lastName, email }: { firstName: string; lastName: string; email: string }): string {
  return `${firstName} ${lastName}`.trim() || email;
}
