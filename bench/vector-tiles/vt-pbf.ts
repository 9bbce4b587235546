import { createRequire } from 'node:module';

/** The package comes without types. */
interface VtPbf {
  readonly fromGeojsonVt: (layers: Record<string, object>, options: { version: number; extent: number }) => Uint8Array;
}

export const { fromGeojsonVt } = createRequire(import.meta.url)('vt-pbf') as VtPbf;
