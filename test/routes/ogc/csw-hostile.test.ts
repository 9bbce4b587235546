import t from 'tap';
import { iso19139 } from '../../../fixtures/generate/metadata.js';
import { child } from '../../../src/ogc/xml.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { fileForm } from '../../helpers/diffusion.js';
import { askCsw, exceptionIn, foundIn, METADATA, postCsw, publishRecord } from '../../helpers/records.js';

await t.test('records and requests that mean harm', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const idsOf = async (ID: string) =>
    (await askCsw(emulator, { REQUEST: 'GetRecordById', ID })).root.children.map(
      (record) => child(record, 'identifier')?.text,
    );
  const page = async (id: string) =>
    (await fetch(`${emulator.origin}/catalogue/fiche?${new URLSearchParams({ id }).toString()}`)).text();

  await t.test('a record is found by its own letters, whoever has others', async (t) => {
    await publishRecord(producer, { identifier: 'FR-1', title: 'En capitales' });
    await publishRecord(producer, { identifier: 'fr-1', title: 'En minuscules' });
    t.same([await idsOf('fr-1'), await idsOf('FR-1')], [['fr-1'], ['FR-1']]);
    t.match([await page('fr-1'), await page('FR-1')], [/En minuscules/, /En capitales/]);
    t.same(await idsOf('Fr-1'), ['FR-1'], 'one of them for other letters');
    t.same(await idsOf('fr-1,FR-1,fr-1'), ['fr-1', 'FR-1']);
  });

  await t.test('an identifier with commas', async (t) => {
    await publishRecord(producer, { identifier: 'lot 1, partie a, b', title: 'Partie' });
    t.same(await idsOf('lot 1, partie a, b'), ['lot 1, partie a, b']);
    const [, xml = ''] = /href="(\/csw[^"]*)"/.exec(await page('lot 1, partie a, b')) ?? [];
    t.match(await (await fetch(emulator.origin + xml.replaceAll('&amp;', '&'))).text(), 'Partie');
  });

  await t.test('XML 1.1, whose characters no answer can carry, is refused', async (t) => {
    const record = `<?xml version="1.1"?>${iso19139({ identifier: 'onze', title: 'x' })
      .replace(/^<\?xml[^>]*\?>/, '')
      .replace('>x<', '>&#1;<')}`;
    const { status, body } = await producer.call('POST', METADATA, fileForm(record));
    t.equal(status, 422);
    t.match(JSON.stringify(body), 'seul XML 1.0 est accepté');
    t.match(exceptionIn(await postCsw(emulator, '<?xml version="1.1"?><GetCapabilities service="CSW"/>')), {
      code: 'NoApplicableCode',
    });
  });

  await t.test('browsers run nothing of what a record or a request holds', async (t) => {
    const script = '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>';
    const record = iso19139({ identifier: 'script', title: 'Script' }).replace(
      '</gmd:MD_Metadata>',
      `${script}</gmd:MD_Metadata>`,
    );
    await publishRecord(producer, record);
    const query = 'service=CSW&version=2.0.2&request=GetRecordById&id=script&outputSchema=own';
    const request = `<GetRecords service="CSW" version="2.0.2" resultType="validate">${script}</GetRecords>`;
    for (const answer of [
      await fetch(`${emulator.origin}/csw?${query}`),
      await fetch(`${emulator.origin}/csw`, {
        method: 'POST',
        body: request,
        headers: { 'content-type': 'text/plain' },
      }),
    ]) {
      t.match(await answer.text(), script, 'it is there');
      t.match(answer.headers.get('content-security-policy'), /default-src 'none'.*; sandbox$/);
      t.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    }
    t.match((await fetch(`${emulator.origin}/csw`)).headers.get('content-security-policy'), /sandbox/, 'refusals too');
  });

  await t.test('searches that wait leave connections to others, and too many are refused at once', async (t) => {
    const { pool } = emulator.deps;
    const holder = await pool.connect();
    await holder.query('BEGIN; LOCK TABLE geopf.catalogue_record IN ACCESS EXCLUSIVE MODE');
    const statuses: number[] = [];
    const asked = Array.from({ length: 90 }, async () => {
      const answer = await askCsw(emulator, { REQUEST: 'GetRecords', TYPENAMES: 'csw:Record', RESULTTYPE: 'results' });
      statuses.push(answer.status);
      return answer;
    });
    const refused = await Promise.any(asked.map((answer) => answer.then(orRefused)));
    t.match(exceptionIn(refused), { code: 'NoApplicableCode' });
    const browsed = await fetch(`${emulator.origin}/catalogue`);
    t.match([browsed.status, await browsed.text()], [503, /Catalogue occupé/]);
    t.match((await pool.query('SELECT 1 AS one')).rows, [{ one: 1 }]);
    t.notOk(statuses.includes(200), 'none can be answered yet');
    await holder.query('ROLLBACK');
    holder.release();
    const answers = await Promise.all(asked);
    const answered = answers.filter(({ status }) => status === 200);
    t.ok(answered.length >= 60, `${answered.length} were answered`);
    t.ok(answered.every((answer) => foundIn(answer).matched === 4));
    t.equal((await fetch(`${emulator.origin}/catalogue`)).status, 200);
  });
});

function orRefused<Answer extends { readonly status: number }>(answer: Answer): Answer {
  if (answer.status === 503) return answer;
  throw new Error(`status ${answer.status}`);
}
