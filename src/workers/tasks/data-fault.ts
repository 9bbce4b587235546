/** What a producer delivered cannot be processed; the message is a French sentence for the log. Never tried again. */
export class DataFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DataFault';
  }
}

/** Whether an error comes from the data. */
export function isDataFault(error: unknown): error is DataFault {
  return error instanceof DataFault;
}
