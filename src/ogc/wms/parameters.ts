import { WmsException } from './exceptions.js';

/** Reads a parameter by its name, whatever the case of the request; `undefined` when it was not sent. */
export type ParameterReader = (name: string) => string | undefined;

/** A whole number of at least 1, `null` when it is not sent or empty. */
export function readCount(read: ParameterReader, name: string): number | null {
  const text = read(name)?.trim() ?? '';
  if (text === '') return null;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new WmsException(
    'InvalidParameterValue',
    `${name.toUpperCase()} must be a whole number above 0, got '${text}'`,
    name,
  );
}

/** Items of a comma list, trimmed, empty ones left out. */
export function readList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
