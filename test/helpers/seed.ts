/** Ids of the default seed (docs/seed.md). */

export const PRODUCER = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0001';
export const MEMBER = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0002';
export const CONSUMER = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0003';
export const ADMIN = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0004';

export const PRODUCER_COMMUNITY = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a1001';
export const SANDBOX_COMMUNITY = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a1002';

/** The datastore of the producer's community. */
export const DATASTORE = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a2001';
/** The datastore of the sandbox, which the producer is no member of. */
export const SANDBOX_DATASTORE = '122b878c-aad8-4507-87b2-465e664467d3';

/** The organization of the producer's community, whose only member is the producer. */
export const ORGANIZATION = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a6001';
