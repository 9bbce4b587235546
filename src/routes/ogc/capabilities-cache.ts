import { setImmediate as nextTurn } from 'node:timers/promises';
import { LruMap } from '../../render/lru-map.js';

/** Layers that are described before others have their turn. */
const LAYERS_AT_ONCE = 50;

/** Documents kept of the same layers, megabytes each: a client chooses the Host header. */
const MAX_DOCUMENTS = 4;

/** How a document is made. */
interface Description<Layer> {
  /** Describes a layer ahead of {@link write}, which then takes no time for it. */
  readonly describe: (layer: Layer) => unknown;
  readonly write: () => string;
}

/** Capabilities by the layers they describe, which are the same object until something is published. */
export class CapabilitiesCache<Layer> {
  private readonly documents = new WeakMap<{ readonly layers: readonly Layer[] }, LruMap<string, Buffer>>();

  /**
   * The document of some layers: thousands take long to describe, others have their turns meanwhile.
   * @param key what else it depends on
   */
  async get(
    published: { readonly layers: readonly Layer[] },
    key: string,
    { describe, write }: Description<Layer>,
  ): Promise<Buffer> {
    const byKey = this.documents.get(published) ?? new LruMap<string, Buffer>(MAX_DOCUMENTS);
    this.documents.set(published, byKey);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    for (const [at, layer] of published.layers.entries()) {
      describe(layer);
      if (at % LAYERS_AT_ONCE === LAYERS_AT_ONCE - 1) await nextTurn();
    }
    const document = Buffer.from(write());
    byKey.set(key, document);
    return document;
  }
}
