import t from 'tap';
import { indexMissingRecords } from '../../src/domain/record-backfill.js';
import { logIn } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { findByCql, publishRecord, setPublished } from '../helpers/records.js';

void t.test('what was published before there was an index shows once a server has started', async (t) => {
  const emulator = await startApi(t);
  const { deps } = emulator;
  const producer = await logIn(emulator);
  await publishRecord(producer, { identifier: 'ancienne', title: 'Forêts' }, { type: 'INSPIRE' });
  await publishRecord(producer, { identifier: 'perdue', title: 'Forêts perdues' });
  await publishRecord(producer, { identifier: 'indexée', title: 'Forêts', organisation: 'Office' });
  await publishRecord(producer, { identifier: 'retirée', title: 'Forêts' });
  await setPublished(producer, 'unpublication', ['retirée']);
  const missing = ['ancienne', 'perdue'];
  await deps.pool.query('DELETE FROM geopf.catalogue_record WHERE identifier = ANY ($1)', [missing]);
  // What was read of a file before there was a catalogue: its title.
  await deps.pool.query(`UPDATE geopf.metadata SET content = '{"title": "Forêts"}' WHERE file_identifier = 'ancienne'`);
  const lost = await deps.prisma.metadata.findUniqueOrThrow({ where: { fileIdentifier: 'perdue' } });
  await deps.storage.remove(lost.key);

  t.same(await findByCql(emulator, ''), ['indexée']);
  t.equal(await indexMissingRecords(deps, AbortSignal.abort()), 0, 'a server that stops');
  t.equal(await indexMissingRecords(deps, new AbortController().signal), 1, 'one file is lost');
  t.same(await findByCql(emulator, "AnyText = 'forêt'"), ['ancienne', 'indexée']);
  t.same(await findByCql(emulator, '', {}, '/csw/INSPIRE'), ['ancienne']);
  t.equal(await indexMissingRecords(deps, new AbortController().signal), 0);

  // As when less was read: of the files, and of their words.
  await deps.pool.query('UPDATE geopf.catalogue_record SET reading = 1, endings = NULL, party_roles = NULL');
  await deps.pool.query(
    `UPDATE geopf.metadata SET content = content - 'conformities' || '{"reading": 1, "parties": []}'`,
  );
  t.same(await findByCql(emulator, "AnyText LIKE '%orê%'"), []);
  t.same(await findByCql(emulator, "ResponsiblePartyRole = 'owner'"), []);
  t.equal(await indexMissingRecords(deps, new AbortController().signal), 2);
  t.same(await findByCql(emulator, "AnyText LIKE '%orê%'"), ['ancienne', 'indexée']);
  t.same(await findByCql(emulator, "ResponsiblePartyRole = 'owner'"), ['indexée']);
  t.equal(await indexMissingRecords(deps, new AbortController().signal), 0);

  await setPublished(producer, 'unpublication', ['ancienne', 'perdue']);
  t.same(await findByCql(emulator, ''), ['indexée']);
});
