import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';
import { childEnvironment, loadConfig } from '../../src/config.js';

/**
 * The peer of bench/api: what is the least that can be done for the same rows, a bare Fastify on a bare `pg` with the
 * same SQL. No token, no rights, no validation, no presentation, no events.
 */
const config = loadConfig(childEnvironment({}));
const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 20 });
const app = Fastify();

const FROM = `geopf.upload AS upload
  JOIN geopf.datastore AS datastore ON datastore.id = upload.datastore_id
  JOIN geopf.community AS community ON community.id = datastore.community_id`;
const DETAIL = `SELECT upload.*, community.contact FROM ${FROM} WHERE upload.datastore_id = $1 AND upload.id = $2`;

interface ListQuery {
  readonly page?: string;
  readonly limit?: string;
  readonly 'tags[lot]'?: string;
}

app.get<{ Params: { datastore: string }; Querystring: ListQuery }>(
  '/api/datastores/:datastore/uploads',
  async (request) => {
    const limit = Number(request.query.limit ?? 10);
    const offset = (Number(request.query.page ?? 1) - 1) * limit;
    const lot = request.query['tags[lot]'];
    const filter = lot === undefined ? '' : ' AND upload.tags @> $2::jsonb';
    const values: unknown[] = [request.params.datastore, ...(lot === undefined ? [] : [JSON.stringify({ lot })])];
    const where = `upload.datastore_id = $1 AND upload.status <> 'DELETED'${filter}`;
    const [counted, page] = await Promise.all([
      pool.query<{ total: string }>(`SELECT count(*) AS total FROM geopf.upload AS upload WHERE ${where}`, values),
      pool.query<{ id: string; name: string }>(
        `SELECT upload.*, community.contact FROM ${FROM} WHERE ${where}
         ORDER BY upload.creation, upload.id OFFSET ${offset} LIMIT ${limit}`,
        values,
      ),
    ]);
    return { total: Number(counted.rows[0]?.total), items: page.rows.map(({ id, ...row }) => ({ _id: id, ...row })) };
  },
);

app.get<{ Params: { datastore: string; upload: string } }>(
  '/api/datastores/:datastore/uploads/:upload',
  async (request) => {
    const { rows } = await pool.query(DETAIL, [request.params.datastore, request.params.upload]);
    return rows[0];
  },
);

app.post<{ Params: { datastore: string }; Body: { name: string; description: string; type: string; srs: string } }>(
  '/api/datastores/:datastore/uploads',
  async (request, reply) => {
    const { name, description, type, srs } = request.body;
    const id = randomUUID();
    await pool.query(
      `INSERT INTO geopf.upload (id, datastore_id, storage_id, type, name, description, srs, status)
       SELECT $1, $2, storage_id, $3, $4, $5, $6, 'OPEN' FROM geopf.datastore_storage
       WHERE datastore_id = $2 AND usage = 'UPLOADS' LIMIT 1`,
      [id, request.params.datastore, type, name, description, srs],
    );
    const { rows } = await pool.query(DETAIL, [request.params.datastore, id]);
    return reply.code(201).send({ ...rows[0], _id: id });
  },
);

app.delete<{ Params: { datastore: string; upload: string } }>(
  '/api/datastores/:datastore/uploads/:upload',
  async (request, reply) => {
    await pool.query(`UPDATE geopf.upload SET status = 'DELETED' WHERE datastore_id = $1 AND id = $2`, [
      request.params.datastore,
      request.params.upload,
    ]);
    return reply.code(204).send();
  },
);

await app.listen({ port: config.port, host: '127.0.0.1' });
process.send?.({ type: 'ready' });
process.once('SIGTERM', () => void app.close().then(() => pool.end()));
