import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { publishRecord, setPublished } from '../../helpers/records.js';

await t.test('the pages of the catalogue', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const page = async (path: string, parameters: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${emulator.origin}${path}?${new URLSearchParams(parameters).toString()}`);
    return { status: response.status, headers: response.headers, html: await response.text() };
  };

  await t.test('an empty catalogue', async (t) => {
    const { status, headers, html } = await page('/catalogue');
    t.equal(status, 200);
    t.match(headers.get('content-type'), 'text/html');
    t.match(headers.get('content-security-policy'), /default-src 'none'; style-src 'sha256-/);
    t.match(html, /Aucune métadonnée/);
    t.match(html, /<html lang="fr">/);
  });

  await publishRecord(producer, {
    identifier: 'forets/a&b',
    title: 'Forêts <b>publiques</b>',
    abstract: 'Des arbres <script>alert(1)</script>',
    organisation: 'Office "des bois"',
    topics: ['biota'],
    inspireThemes: ['Habitats'],
    box: [2, 48, 3, 49],
    denominator: 25_000,
    links: [
      { url: 'https://example.test/?a=1&b="2"', protocol: 'OGC:WFS', name: 'Flux' },
      { url: 'javascript:alert(1)', protocol: 'WWW:LINK', name: 'Piège' },
    ],
  });
  await publishRecord(producer, {
    identifier: 'routes',
    title: 'Routes',
    organisation: 'Ministère',
    topics: ['biota'],
  });

  await t.test('search by words, producer and theme', async (t) => {
    const titles = async (parameters: Readonly<Record<string, string>>) =>
      [...(await page('/catalogue', parameters)).html.matchAll(/<h3><a [^>]*>([^<]*)</g)].map(([, title]) => title);
    t.same(await titles({}), ['Forêts &lt;b&gt;publiques&lt;/b&gt;', 'Routes']);
    t.same(await titles({ q: 'foret' }), ['Forêts &lt;b&gt;publiques&lt;/b&gt;']);
    t.same(await titles({ q: '*oute*' }), ['Routes'], 'within a word');
    t.same(await titles({ q: 'outes' }), []);
    t.equal((await titles({ q: '*' })).length, 2, 'any word');
    t.same(await titles({ producteur: 'Ministère' }), ['Routes']);
    t.equal((await titles({ theme: 'biota' })).length, 2);
    t.equal((await titles({ theme: 'Habitats', q: 'arbre' })).length, 1);
    t.same(await titles({ q: '!' }), []);
    t.same(await titles({ q: "'; DROP TABLE x --" }), []);
    t.same(await titles({ page: '2' }), []);
    t.match((await page('/catalogue', { page: '2' })).html, /Il n’y a pas de page 2\. <a href="\/catalogue">/);
    t.notMatch((await page('/catalogue', { page: '2', q: 'zzz' })).html, /Il n’y a pas de page/);
    t.same(await titles({ q: 'de la forêt' }), await titles({ q: 'forêt' }));
    const cut = /Seuls les 64 premiers mots/;
    t.match((await page('/catalogue', { q: 'mot '.repeat(65) })).html, cut);
    t.notMatch((await page('/catalogue', { q: 'mot '.repeat(64) })).html, cut);
    await publishRecord(producer, { identifier: 'etangs', title: 'étangs' });
    t.same(await titles({}), ['étangs', 'Forêts &lt;b&gt;publiques&lt;/b&gt;', 'Routes'], 'in French order');
    await setPublished(producer, 'unpublication', ['etangs']);
    const { html } = await page('/catalogue', { q: '"><script>', producteur: '<i>' });
    t.notMatch(html, /<script|<i>/);
    const all = (await page('/catalogue')).html;
    t.match(all, 'Flore et faune</a> (2)');
    t.match(all, 'Office &quot;des bois&quot;</a> (1)');
    for (const [, address = ''] of all.matchAll(/href="(\/catalogue[^"]*)"/g)) {
      t.equal((await fetch(emulator.origin + address.replaceAll('&amp;', '&'))).status, 200, address);
    }
  });

  await t.test('a hostile record is shown as text', async (t) => {
    const attack = `"'><img src=x onerror=alert(1)><script>alert(1)</script>`;
    await publishRecord(producer, {
      identifier: attack,
      title: attack,
      abstract: attack,
      level: attack,
      keywords: [attack],
      inspireThemes: [attack],
      topics: [attack],
      organisation: attack,
      formats: [attack],
      crs: attack,
      lineage: attack,
      licence: attack,
      created: attack,
      modified: attack,
      box: [2, 48, 3, 49],
      links: [
        { url: `https://example.test/${attack}`, protocol: attack, name: attack },
        { url: 'data:text/html,<script>alert(1)</script>', protocol: 'WWW:LINK', name: attack },
        { url: ' \tJavaScript:alert(1)', protocol: 'WWW:LINK', name: attack },
      ],
    });
    for (const path of [
      '/catalogue',
      `/catalogue?${new URLSearchParams({ q: attack, producteur: attack, theme: attack }).toString()}`,
      `/catalogue/fiche?${new URLSearchParams({ id: attack }).toString()}`,
    ]) {
      const response = await fetch(emulator.origin + path);
      const html = await response.text();
      t.match([response.status, response.headers.get('x-content-type-options')], [200, 'nosniff']);
      t.match(
        response.headers.get('content-security-policy'),
        /^default-src 'none'; style-src 'sha256-[^;]*; form-action/,
      );
      t.notMatch(html, /<script|<img|href="\s*(?:javascript|data):/i);
      t.match(html, '&lt;script&gt;', 'it is there');
      // Attributes end where we end them.
      t.notMatch(html.replace(/"[^"<>]*"/g, ''), /<[^>]*onerror/);
    }
    await setPublished(producer, 'unpublication', [attack]);
  });

  await t.test('a record, with its map and links', async (t) => {
    const { status, html } = await page('/catalogue/fiche', { id: 'forets/a&b' });
    t.equal(status, 200);
    t.notMatch(html, /<script|<b>|href="javascript/);
    t.match(html, '<h1>Forêts &lt;b&gt;publiques');
    t.match(html, /<svg [^>]*role="img"/);
    t.match(html, 'ouest 2°, sud 48°, est 3°, nord 49°');
    t.match(html, 'href="https://example.test/?a=1&amp;b=&quot;2&quot;"');
    t.match(html, '1 : 25000');
    const [, xml = ''] = /href="(\/csw[^"]*)"/.exec(html) ?? [];
    const record = await (await fetch(emulator.origin + xml.replaceAll('&amp;', '&'))).text();
    t.match(record, 'gmd:MD_Metadata');
    t.equal((await page('/catalogue/fiche', { id: 'routes' })).status, 200, 'one without extent or links');
    for (const id of ['nothing', '', '\u0000']) t.equal((await page('/catalogue/fiche', { id })).status, 404, id);
    await setPublished(producer, 'unpublication', ['routes']);
    t.equal((await page('/catalogue/fiche', { id: 'routes' })).status, 404);
  });
});
