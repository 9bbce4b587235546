import http from 'node:http';
import pg from 'pg';
import { childEnvironment, loadConfig } from '../../src/config.js';
import { toQuery } from '../../src/filter/fragment.js';
import { recordCondition } from '../../src/ogc/csw/conditions.js';
import { readXmlRequest } from '../../src/ogc/csw/xml-request.js';

/**
 * The peer when pycsw is not to be had: the bare queries of the same searches through `pg`, behind a bare HTTP server. No
 * views, no delay, no document: the records as PostgreSQL gives them.
 */
const config = loadConfig(childEnvironment({}));
const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 20, options: '-c jit=off' });

async function answer(body: string): Promise<string> {
  const request = readXmlRequest(body);
  if (request.operation !== 'GetRecords') throw new Error('only GetRecords is asked');
  const { text, values } = toQuery(recordCondition(request.filter));
  const from = `FROM geopf.catalogue_record AS record WHERE ${text}`;
  const [counted, found] = [
    await pool.query<{ count: string }>(`SELECT count(*) AS count ${from}`, values),
    await pool.query<{ identifier: string; content: object }>(
      `SELECT identifier, content ${from} ORDER BY id LIMIT ${request.maxRecords}`,
      values,
    ),
  ];
  const records = found.rows.map(({ identifier }) => `<r><dc:identifier>${identifier}</dc:identifier></r>`).join('');
  const matched = counted.rows[0]?.count ?? '0';
  return `<a numberOfRecordsMatched="${matched}" numberOfRecordsReturned="${found.rows.length}">${records}</a>`;
}

const server = http.createServer((request, response) => {
  void (async () => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const document = await answer(body);
    response.writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(document) });
    response.end(document);
  })();
});

server.listen(config.port, '127.0.0.1', () => process.send?.({ type: 'ready' }));
process.once('SIGTERM', () => process.exit(0));
