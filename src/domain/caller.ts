/** Who asks a domain function to change something, in which datastore. */
export interface Caller {
  readonly datastoreId: string;
  /** API user: the initiator that events name. */
  readonly userId: string;
}
