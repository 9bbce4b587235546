import t from 'tap';
import { databaseEnvironment } from '../../src/render/database-environment.js';

void t.test('every part of an address becomes a variable of libpq, decoded', async (t) => {
  t.match(databaseEnvironment('postgresql://us%40er:p%3Aa:ss@db.example:5433/base?sslmode=require', 1000), {
    PGHOST: 'db.example',
    PGPORT: '5433',
    PGDATABASE: 'base',
    PGUSER: 'us@er',
    PGPASSWORD: 'p:a:ss',
    PGSSLMODE: 'require',
  });
});

void t.test('a socket folder may be a parameter or an encoded host', async (t) => {
  t.match(databaseEnvironment('postgresql://u@/base?host=/run/pg&port=5440', 1000), {
    PGHOST: '/run/pg',
    PGPORT: '5440',
  });
  t.match(databaseEnvironment('postgres://u@%2Frun%2Fpg/base', 1000), { PGHOST: '/run/pg' });
  t.match(databaseEnvironment('postgres://u@[::1]:5440/base', 1000), { PGHOST: '::1', PGPORT: '5440' });
});

void t.test('queries are bounded and cannot write; what is not said is left to libpq', async (t) => {
  const environment = databaseEnvironment('postgresql:///base', 1234);
  t.match(environment['PGOPTIONS'], 'statement_timeout=1234');
  t.match(environment['PGOPTIONS'], 'default_transaction_read_only=on');
  t.notOk('PGHOST' in environment);
});

void t.test('anything else is refused', async (t) => {
  t.throws(() => databaseEnvironment('mysql://a/b', 1), TypeError);
});
