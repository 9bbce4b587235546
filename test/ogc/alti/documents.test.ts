import t from 'tap';
import { elevationDocument, errorDocument, resourceDetail, resourceList } from '../../../src/ogc/alti/documents.js';
import type { AltimetryResource } from '../../../src/ogc/alti/model.js';
import { AltimetryError } from '../../../src/ogc/alti/request.js';

const GRID = { storedData: 'a0000000-0000-4000-8000-000000000000', tileMatrixSet: 'PM', level: '12' };
const RESOURCE: AltimetryResource = {
  offering: 'b0000000-0000-4000-8000-000000000000',
  name: 'mnt',
  title: 'Terrain',
  abstract: 'Le sol',
  keywords: ['Altitude', 'MNT'],
  bbox: { west: 1, south: 2, east: 3, north: 4 },
  sources: [
    {
      title: 'Lidar',
      bbox: null,
      elevations: GRID,
      source: { value: 'Lidar HD' },
      accuracy: { mapping: { 1: '20 cm' }, grid: GRID },
    },
  ],
};
const BARE: AltimetryResource = { ...RESOURCE, name: 'mns', keywords: [], bbox: null };

void t.test('resources', async (t) => {
  const names = (...keywords: string[]) =>
    (resourceList([RESOURCE, BARE], keywords) as { resources: { _id: string }[] }).resources.map(({ _id }) => _id);
  t.strictSame(resourceList([RESOURCE, BARE], []), {
    resources: [
      { _id: 'mnt', title: 'Terrain', bbox: RESOURCE.bbox },
      { _id: 'mns', title: 'Terrain' },
    ],
  });
  t.strictSame(names('altitude'), ['mnt']);
  t.strictSame(names('Altitude', 'MNT'), ['mnt']);
  t.strictSame(names('Altitude', 'MNS'), [], 'all of them');
  const detail = resourceDetail(RESOURCE);
  t.strictSame(detail, {
    _id: 'mnt',
    title: 'Terrain',
    abstract: 'Le sol',
    keywords: ['Altitude', 'MNT'],
    bbox: RESOURCE.bbox,
    used_data: [{ title: 'Lidar', source: { value: 'Lidar HD' }, accuracy: { mapping: { 1: '20 cm' } } }],
  });
  t.notMatch(JSON.stringify(detail), GRID.storedData);
});

const FLAT = { indent: false, zonly: false };
const ELEVATIONS = [
  { lon: 1.48, lat: 43.54, z: 164.34, acc: 'a < b' },
  { lon: 1.49, lat: 43.55, z: -99999, acc: '' },
];

void t.test('elevations', async (t) => {
  t.equal(
    elevationDocument('json', { elevations: ELEVATIONS, request: FLAT }),
    '{"elevations":[{"lon":1.48,"lat":43.54,"z":164.34,"acc":"a < b"},{"lon":1.49,"lat":43.55,"z":-99999,"acc":""}]}',
  );
  t.equal(
    elevationDocument('xml', { elevations: ELEVATIONS, request: FLAT }),
    '<?xml version="1.0" encoding="UTF-8"?><elevations>' +
      '<elevation><lon>1.48</lon><lat>43.54</lat><z>164.34</z><acc>a &lt; b</acc></elevation>' +
      '<elevation><lon>1.49</lon><lat>43.55</lat><z>-99999</z><acc></acc></elevation></elevations>',
  );
  const bare = { elevations: ELEVATIONS, request: { indent: false, zonly: true } };
  t.equal(elevationDocument('json', bare), '{"elevations":[164.34,-99999]}');
  t.match(elevationDocument('xml', bare), /<elevations><z>164.34<\/z><z>-99999<\/z><\/elevations>$/);
});

void t.test('profiles are told in full', async (t) => {
  const profile = {
    elevations: ELEVATIONS,
    request: { indent: false, zonly: true },
    differences: { positive: 0, negative: 2.5 },
  };
  t.match(JSON.parse(elevationDocument('json', profile)), {
    elevations: ELEVATIONS,
    height_differences: { positive: 0, negative: 2.5 },
  });
  t.match(
    elevationDocument('xml', profile),
    /<\/elevation><height_differences><positive>0<\/positive><negative>2.5<\/negative><\/height_differences><\/elevations>$/,
  );
});

void t.test('indented', async (t) => {
  const measure = { z: 1, source_name: 's', source_measure: 'Fixed value', acc: 'a', title: 't' };
  const answer = {
    elevations: [{ lon: 1, lat: 2, z: 1, acc: 'a', measures: [measure] }],
    request: { indent: true, zonly: false },
  };
  t.match(elevationDocument('json', answer), /^{\n {4}"elevations": \[\n {8}{\n {12}"lon": 1,/);
  t.equal(
    elevationDocument('xml', answer),
    `<?xml version="1.0" encoding="UTF-8"?><elevations>
    <elevation>
        <lon>1</lon>
        <lat>2</lat>
        <z>1</z>
        <acc>a</acc>
        <measures>
            <measure>
                <z>1</z>
                <source_name>s</source_name>
                <source_measure>Fixed value</source_measure>
                <acc>a</acc>
                <title>t</title>
            </measure>
        </measures>
    </elevation>
</elevations>`,
  );
});

void t.test('refusals', async (t) => {
  const refusal = new AltimetryError(400, 'BAD_PARAMETER', 'Non & non.');
  t.equal(errorDocument('json', refusal), '{"error":{"code":"BAD_PARAMETER","description":"Non & non."}}');
  t.match(
    errorDocument('xml', refusal),
    /<error><code>BAD_PARAMETER<\/code><description>Non &amp; non.<\/description><\/error>$/,
  );
});
