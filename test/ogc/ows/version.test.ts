import t from 'tap';
import { negotiateVersion } from '../../../src/ogc/ows/version.js';

const SUPPORTED = ['2.0.0', '1.1.0'] as const;

for (const [version, acceptVersions, answer] of [
  [undefined, undefined, '2.0.0'],
  ['2.0.0', undefined, '2.0.0'],
  ['2.0.2', undefined, '2.0.0'],
  ['2', undefined, '2.0.0'],
  ['1.3', undefined, '1.1.0'],
  ['1.0.0', undefined, '1.1.0'],
  ['x', undefined, '1.1.0'],
  ['1.1.0', '2.0.0,1.1.0', '2.0.0'],
  [undefined, '3.0.0, 1.1.0', '1.1.0'],
] as const) {
  void t.test(`version ${version}, accepted ${acceptVersions}: ${answer}`, async (t) => {
    t.equal(negotiateVersion({ version, acceptVersions }, SUPPORTED), answer);
  });
}

void t.test('nothing acceptable is refused', async (t) => {
  t.throws(() => negotiateVersion({ acceptVersions: '1.0.0' }, SUPPORTED), {
    code: 'VersionNegotiationFailed',
    message: /1\.0\.0 is supported; supported: 2\.0\.0, 1\.1\.0/,
  });
});
