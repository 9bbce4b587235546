import t from 'tap';
import { crsTerm, crsUrl } from '../../../src/ogc/download/crs-terms.js';
import { isVolume, mediaTypeOf } from '../../../src/ogc/download/media-types.js';
import {
  FeedRequestError,
  readFilesRequest,
  readPartsRequest,
  readResourcesRequest,
} from '../../../src/ogc/download/request.js';
import { textIn } from '../../../src/ogc/download/texts.js';

void t.test('pages and languages are lenient, as clients are', async (t) => {
  t.same(readFilesRequest({}), { page: 1, limit: 10, language: 'en' });
  t.same(readFilesRequest({ page: '0', limit: '200', lang: 'fre', unknown: 'x' }), {
    page: 1,
    limit: 50,
    language: 'fr',
  });
  t.same(readFilesRequest({ page: '-3', limit: '0', lang: 'ENG' }), { page: 1, limit: 1, language: 'en' });
  t.match(readFilesRequest({ page: '999999999999999', lang: '' }), { page: 1_000_000, language: 'en' });
  t.match(readFilesRequest({ page: ['2', '2'] }), { page: 2 }, 'twice the same is once');
});

void t.test('filters', async (t) => {
  t.match(readResourcesRequest({ zone: ' FXX ', format: '', updatedFrom: '2024-02-29', polygon: '0,0; 1,0;1,1' }), {
    filters: {
      zone: 'FXX',
      format: null,
      updatedFrom: '2024-02-29',
      updatedTo: null,
      polygon: [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    },
  });
  t.match(readPartsRequest({ sortEntriesBy: 'EDITIONDATE', sortEntriesOrder: 'DESC' }), {
    order: { by: 'editionDate', descending: true },
  });
});

void t.test('everything that is wrong is told at once', async (t) => {
  const query = {
    page: 'x',
    limit: '1e3',
    lang: 'français',
    zone: ['FXX', 'FRA'],
    updatedFrom: '2023-02-29',
    updatedTo: '2023-1-1',
    editionDateFrom: 'hier',
    editionDateTo: '2024-13-01',
    polygon: '0,0;1,1',
  };
  const faults = t.throws(() => readResourcesRequest(query), FeedRequestError) as FeedRequestError;
  t.equal(faults.sentences.length, Object.keys(query).length);
  for (const name of Object.keys(query))
    t.ok(
      faults.sentences.some((text) => text.includes(`"${name}"`)),
      name,
    );
  for (const polygon of ['a,b;c,d;e,f', '0,0;1,1;181,0', '0,0;1,1;0,91', '0 0;1 1;2 2', '1;2;3', '0,0;'.repeat(2000)]) {
    t.throws(() => readResourcesRequest({ polygon }), /"polygon"/, polygon.slice(0, 20));
  }
  t.throws(
    () => readPartsRequest({ sortEntriesBy: 'size', sortEntriesOrder: 'up' }),
    /sortEntriesBy.*sortEntriesOrder/,
  );
  t.same(readFilesRequest(JSON.parse('{"__proto__": "x", "constructor": "y"}')), {
    page: 1,
    limit: 10,
    language: 'en',
  });
});

void t.test('spellings of reference systems', async (t) => {
  for (const text of [
    '2154',
    'epsg:2154',
    'https://www.opengis.net/def/crs/EPSG/0/2154',
    'http://www.opengis.net/def/crs/epsg/0/2154/',
    'urn:ogc:def:crs:EPSG::2154',
  ]) {
    t.equal(crsTerm(text), 'EPSG:2154', text);
    t.equal(crsUrl(text), 'https://www.opengis.net/def/crs/EPSG/0/2154');
  }
  t.equal(crsUrl('IGNF:LAMB93'), 'https://www.opengis.net/def/crs/IGNF/0/LAMB93');
  t.equal(crsTerm('Lambert'), 'LAMBERT');
});

void t.test('media types', async (t) => {
  for (const [name, type] of [
    ['a.SHP', 'application/x-shapefile'],
    ['a.cpg', 'image/x-cpg'],
    ['a.prj', 'image/x-prj'],
    ['a.7z', 'application/x-7z-compressed'],
    ['a.7z.002', 'application/x-7z-compressed'],
    ['a.parquet', 'application/vnd.apache.parquet'],
    ['a.dbf', 'application/octet-stream'],
    ['a.html', 'application/octet-stream'],
    ['a.constructor', 'application/octet-stream'],
    ['README', 'application/octet-stream'],
  ] as const) {
    t.equal(mediaTypeOf(name), type, name);
  }
  t.ok(isVolume('a.7z.001'));
  t.notOk(isVolume('a.001'));
  t.notOk(isVolume('a.7z'));
});

void t.test('texts in another language than the one asked for', async (t) => {
  t.equal(textIn({ fr: 'a', en: 'b' }, 'en'), 'b');
  t.equal(textIn({ fr: 'a', en: 'b' }, 'de'), 'b');
  t.equal(textIn({ fr: 'a', de: 'c' }, 'en'), 'a');
  t.equal(textIn({ de: 'c' }, 'en'), 'c');
  t.equal(textIn({}, 'en'), null);
});
