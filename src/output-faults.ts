/**
 * Has a process survive what cannot be written on its standard streams, files on a full disk for instance: an error that
 * nobody listens to would end it.
 */
export function ignoreOutputFaults(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) stream.on('error', () => undefined);
}
