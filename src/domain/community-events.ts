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

interface PermissionRow {
  licence: string;
  author: string;
  authorId: string;
  communityId: string | null;
  beneficiary: string;
  layers: string[];
}

/**
 * Records what happens to a permission, for the community whose datastore gives it and for the one that benefits
 * from it. To be called in the same transaction, while the permission exists: before it is removed.
 */
export async function recordPermissionEvent(db: Db, event: PermissionEvent): Promise<void> {
  // One statement: in a transaction, relations would be asked for all at once on its single connection.
  const [permission] = await db.$queryRaw<PermissionRow[]>`
    SELECT permission.licence, author.id AS "authorId", author.name AS author, community.id AS "communityId",
      coalesce(community.name, nullif(trim(person.first_name || ' ' || person.last_name), ''), person.email)
        AS beneficiary,
      ARRAY(
        SELECT configuration.layer_name FROM geopf.permission_offering AS covered
        JOIN geopf.offering AS offering ON offering.id = covered.offering_id
        JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
        WHERE covered.permission_id = permission.id ORDER BY configuration.layer_name) AS layers
    FROM geopf.permission AS permission
    JOIN geopf.datastore AS datastore ON datastore.id = permission.datastore_id
    JOIN geopf.community AS author ON author.id = datastore.community_id
    LEFT JOIN geopf.community AS community ON community.id = permission.community_id
    LEFT JOIN geopf.api_user AS person ON person.id = permission.user_id
    WHERE permission.id = ${event.permissionId}::uuid`;
  if (permission === undefined) return;
  const { licence, author, authorId, communityId, beneficiary, layers } = permission;
  const text = [
    `Licence : ${licence}`,
    `producteur : ${author}`,
    `bénéficiaire : ${beneficiary}`,
    `couches : ${layers.join(', ')}`,
  ].join(' ; ');
  const concerned = new Set([authorId, ...(communityId === null ? [] : [communityId])]);
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
