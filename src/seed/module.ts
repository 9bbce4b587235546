import type { ClientBase } from 'pg';
import type { Deps } from '../deps.js';
import type { Seed } from './schema.js';

/** What a module gets to write its part of a seed, inside one transaction. */
export interface SeedContext {
  readonly client: ClientBase;
  readonly seed: Seed;
}

/** What a module needs to forget what lies outside of the registry. */
export type ClearDeps = Pick<Deps, 'config' | 'pool' | 'redis' | 'storage' | 'instanceId'>;

/**
 * One family of entities, as the control API sees it. Every family implements this interface: a reset
 * that forgets one would leave traces of the previous test.
 */
export interface EntityModule {
  readonly name: string;
  /** Its registry tables, those that reference the others first. */
  readonly tables: readonly string[];
  /** Forgets its files, feature schemas, Redis keys. Called while no job runs. */
  clear?(deps: ClearDeps): Promise<void>;
  /** Writes its part of a seed; what already exists is updated. */
  seed?(context: SeedContext): Promise<void>;
}
