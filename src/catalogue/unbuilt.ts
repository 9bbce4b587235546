import type { RouteRight } from '../domain/access.js';
import type { HttpMethod } from './operations.js';

/**
 * Operations of the platform that the emulator does not do: each answers 501 after the same checks of token and rights
 * as the others, with the reason, a French sentence.
 */
export const UNBUILT_OPERATIONS: readonly UnbuiltOperation[] = [];

export type UnbuiltOperation = readonly [method: HttpMethod, path: string, right: RouteRight, reason: string];
