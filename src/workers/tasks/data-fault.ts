import pg from 'pg';

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

/** SQLSTATE classes of refused values: data exception, integrity constraint, program limit. */
const DATA_CLASSES = ['22', '23', '54'];

/** Whether PostgreSQL refused a value, as opposed to a connection or a statement that failed. */
export function isRefusedValue(error: unknown): error is pg.DatabaseError & { code: string } {
  return error instanceof pg.DatabaseError && DATA_CLASSES.includes(error.code?.slice(0, 2) ?? '');
}
