/** Somebody is not let in to a private service (access.md §8); whoever throws it has shown nothing. */
export class AccessRefusal extends Error {
  constructor(
    /** 401: nobody known; 403: known, and not allowed. */
    readonly status: 401 | 403,
    /** The scheme of `Authorization` that was tried in vain. */
    readonly challenge: 'Basic' | 'Bearer' | null = null,
  ) {
    super(status === 401 ? 'no key that is known' : 'not for this key');
    this.name = 'AccessRefusal';
  }
}
