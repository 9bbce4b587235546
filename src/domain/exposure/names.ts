/** Names of people and datastores in the matrix. */

/** A person: their name, else their address. */
export function namedUser(user: { id: string; firstName: string; lastName: string; email: string }) {
  return { _id: user.id, name: `${user.firstName} ${user.lastName}`.trim() || user.email };
}

/** A datastore has the name of its community. */
export function namedDatastore({ id, community }: { id: string; community: { name: string } }) {
  return { _id: id, name: community.name };
}

/** Anything that has a name. */
export function named({ id, name }: { id: string; name: string }) {
  return { _id: id, name };
}
