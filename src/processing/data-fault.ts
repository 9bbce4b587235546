/**
 * What a producer delivered cannot be processed. Each line is a French sentence for the log. Such a processing is a
 * FAILURE and is never tried again.
 */
export class DataFault extends Error {
  readonly lines: readonly string[];

  constructor(...lines: readonly string[]) {
    super(lines.join(' '));
    this.name = 'DataFault';
    this.lines = lines;
  }
}

/** Whether an error comes from the data. */
export function isDataFault(error: unknown): error is DataFault {
  return error instanceof DataFault;
}
