import type { IncomingHttpHeaders } from 'node:http';

/** What a representation is compared by (RFC 9110 §8.8). */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  readonly lastModified?: Date | undefined;
}

/**
 * What the conditions of a GET or HEAD request come to, in the order of RFC 9110 §13.2.2: `failed` is 412,
 * `unchanged` is 304. A date that cannot be read is no condition.
 */
export function evaluateConditions(
  headers: IncomingHttpHeaders,
  validators: Validators,
): 'go' | 'failed' | 'unchanged' {
  const modified = seconds(validators.lastModified);
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, validators.etag, isStronglyEqual)) return 'failed';
  } else if (modified !== null) {
    const limit = seconds(headers['if-unmodified-since']);
    if (limit !== null && modified > limit) return 'failed';
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, validators.etag, isWeaklyEqual) ? 'unchanged' : 'go';
  const since = seconds(headers['if-modified-since']);
  return since !== null && modified !== null && modified <= since ? 'unchanged' : 'go';
}

/** Whether `Range` counts: without `If-Range`, or when that names exactly this representation (RFC 9110 §13.1.5). */
export function isRangeWanted(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const condition = headers['if-range'];
  if (condition === undefined) return true;
  const value = String(condition).trim();
  if (value.startsWith('"') || value.startsWith('W/')) return isStronglyEqual(value, etag);
  const modified = seconds(lastModified);
  return modified !== null && seconds(value) === modified;
}

function matches(header: string, etag: string, isEqual: (one: string, other: string) => boolean): boolean {
  if (header.trim() === '*') return true;
  // Commas may lie inside of the quotes.
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((candidate) => isEqual(candidate, etag));
}

function isStronglyEqual(one: string, other: string): boolean {
  return one === other && !one.startsWith('W/');
}

function isWeaklyEqual(one: string, other: string): boolean {
  return one.replace(/^W\//, '') === other.replace(/^W\//, '');
}

/** HTTP dates have whole seconds; `null` for what is no date. */
function seconds(date: Date | string | undefined): number | null {
  if (date === undefined) return null;
  const time = new Date(date).getTime();
  return Number.isNaN(time) ? null : Math.floor(time / 1000);
}
