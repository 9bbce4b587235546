/**
 * libpq's variables for a connection address, so that no password is in a map document or on a command line, and
 * what a render process asks of the database is bounded and cannot write.
 * @param databaseUrl `postgresql://user:password@host:port/database?host=/socket/folder&port=…`
 * @throws TypeError for an address that is not one
 */
export function databaseEnvironment(databaseUrl: string, statementTimeoutMs: number): Record<string, string> {
  // The host may be empty or a percent-encoded socket folder, which URL refuses for an unknown scheme's authority.
  const [, userInfo = '', hosts = '', path = '', query = ''] =
    /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(databaseUrl) ?? fail();
  const [, user = '', password = ''] = /^([^:]*)(?::(.*))?$/.exec(userInfo) ?? fail();
  const parameters = new URLSearchParams(query);
  const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(hosts) ?? fail();
  const environment: Record<string, string> = {
    PGHOST: parameters.get('host') ?? decodeURIComponent(host).replace(/^\[|\]$/g, ''),
    PGPORT: parameters.get('port') ?? port,
    PGDATABASE: parameters.get('dbname') ?? decodeURIComponent(path),
    PGUSER: parameters.get('user') ?? decodeURIComponent(user),
    PGPASSWORD: parameters.get('password') ?? decodeURIComponent(password),
    PGSSLMODE: parameters.get('sslmode') ?? '',
    PGCLIENTENCODING: 'UTF8',
    PGAPPNAME: 'geopf-local render',
    // Planning a compiled expression costs more than these queries last.
    PGOPTIONS: `-c statement_timeout=${statementTimeoutMs} -c default_transaction_read_only=on -c jit=off`,
  };
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

function fail(): never {
  throw new TypeError('DATABASE_URL is not a PostgreSQL address');
}
