import type { RouteRight } from '../domain/access.js';
import type { HttpMethod } from './operations.js';

/**
 * Operations of the platform that the emulator does not do: each answers 501 after the same checks of token and rights
 * as the others, with the reason, a French sentence.
 */
export const UNBUILT_OPERATIONS: readonly UnbuiltOperation[] = [
  ['GET', '/users/me/keys', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['POST', '/users/me/keys', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['GET', '/users/me/keys/{key}', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['PATCH', '/users/me/keys/{key}', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['DELETE', '/users/me/keys/{key}', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['GET', '/users/me/keys/{key}/accesses', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['POST', '/users/me/keys/{key}/accesses', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['DELETE', '/users/me/keys/{key}/accesses/{access}', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['GET', '/users/me/accesses', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['GET', '/users/me/permissions', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['GET', '/users/me/permissions/{permission}', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['DELETE', '/users/me/permissions/{permission}', 'authenticated', "L'émulateur ne la fait pas encore."],
  ['GET', '/communities/{community}/permissions', 'member', "L'émulateur ne la fait pas encore."],
  ['GET', '/communities/{community}/permissions/{permission}', 'member', "L'émulateur ne la fait pas encore."],
  ['DELETE', '/communities/{community}/permissions/{permission}', 'COMMUNITY', "L'émulateur ne la fait pas encore."],
  ['GET', '/communities/{community}/permissions/{permission}/users', 'COMMUNITY', "L'émulateur ne la fait pas encore."],
  ['GET', '/communities/{community}/clients', 'COMMUNITY', "L'émulateur ne la fait pas encore."],
  ['GET', '/organizations/{organization}/permissions', 'organization', "L'émulateur ne la fait pas encore."],
  ['GET', '/datastores/{datastore}/permissions', 'member', "L'émulateur ne la fait pas encore."],
  ['POST', '/datastores/{datastore}/permissions', 'BROADCAST', "L'émulateur ne la fait pas encore."],
  ['GET', '/datastores/{datastore}/permissions/{permission}', 'member', "L'émulateur ne la fait pas encore."],
  ['PATCH', '/datastores/{datastore}/permissions/{permission}', 'BROADCAST', "L'émulateur ne la fait pas encore."],
  ['DELETE', '/datastores/{datastore}/permissions/{permission}', 'BROADCAST', "L'émulateur ne la fait pas encore."],
  ['GET', '/administrator/permissions', 'administrator', "L'émulateur ne la fait pas encore."],
  ['GET', '/administrator/permissions/{permission}', 'administrator', "L'émulateur ne la fait pas encore."],
];

export type UnbuiltOperation = readonly [method: HttpMethod, path: string, right: RouteRight, reason: string];
