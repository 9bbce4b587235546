import { badRequest } from '../errors.js';
import { pathFault } from './upload-paths.js';

/**
 * The paths of an annex as they are kept: a leading slash, whatever was sent, each once (contract §11).
 * They name the file, they never locate it.
 * @throws ApiError bad_request without any path, or with a sentence per hostile one
 */
export function annexPaths(given: readonly string[]): string[] {
  if (given.length === 0) throw badRequest('Le champ "paths" doit contenir au moins un chemin.');
  const relative = given.map((path) => path.replace(/^\//, ''));
  const faults = relative.flatMap((path) => {
    const fault = pathFault(path);
    return fault === null ? [] : [`Le chemin "/${path}" est invalide : ${fault}.`];
  });
  if (faults.length > 0) throw badRequest(...faults);
  return [...new Set(relative.map((path) => `/${path}`))];
}
