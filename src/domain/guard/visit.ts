import { ENDPOINTS } from '../../catalogue/endpoints.js';
import { LruMap } from '../../render/lru-map.js';
import type { KeyRights } from './key-rights.js';

/**
 * A request that was let in to a service: the only way to its publications (domain/published.ts), so that a service
 * cannot show what whoever asks may not see.
 */
export class Visit {
  constructor(
    /** Of the endpoint: `/private/wfs/`. */
    readonly endpointPath: string,
    /** `null` on open endpoints, where everybody may use everything. */
    readonly rights: KeyRights | null,
    /** Epoch of the publications, when the guard was told it since the request came. */
    private epoch: string | null,
  ) {}

  /** The epoch that is known, once: whoever looks again wants to know what has changed meanwhile. */
  takeEpoch(): string | null {
    const { epoch } = this;
    this.epoch = null;
    return epoch;
  }
}

/** A request to an open endpoint. @throws Error for a path of no open endpoint */
export function openVisit(endpointPath: string): Visit {
  const isOpen = ENDPOINTS.some(({ open, urls }) => open && urls.some(({ path }) => path === endpointPath));
  if (!isOpen) throw new Error(`${endpointPath} is no open endpoint`);
  return new Visit(endpointPath, null, null);
}

/** A look at everything that an endpoint shows, to tell who may see it: answers of services are made by no such visit. */
export function overview(endpointPath: string): Visit {
  return new Visit(endpointPath, null, null);
}

/** Keys for which what is left of the same publications is kept: capabilities, some megabytes, are kept with it. */
const MAX_VIEWS = 100;

const views = new WeakMap<object, LruMap<KeyRights, unknown>>();

/**
 * What a visit sees of some publications: the same object for the same publications and rights.
 * @param restrict leaves in lists what the key may use, and refuses the rest by name
 */
export function seenBy<T extends object>({ rights }: Visit, published: T, restrict: (rights: KeyRights) => T): T {
  if (rights === null) return published;
  const byRights = views.get(published) ?? new LruMap<KeyRights, unknown>(MAX_VIEWS);
  views.set(published, byRights);
  const known = byRights.get(rights) as T | undefined;
  if (known !== undefined) return known;
  const seen = restrict(rights);
  byRights.set(rights, seen);
  return seen;
}
