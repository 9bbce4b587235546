import t from 'tap';
import { parseInstant } from '../../src/domain/instants.js';

void t.test('an instant of ISO 8601, UTC without zone', async (t) => {
  for (const [text, instant] of [
    ['2026-05-10', '2026-05-10T00:00:00.000Z'],
    ['2026-05-10T14:42', '2026-05-10T14:42:00.000Z'],
    ['2026-05-10T14:42:29.004734Z', '2026-05-10T14:42:29.004Z'],
    ['2026-05-10T14:42:29+02:00', '2026-05-10T12:42:29.000Z'],
    ['2026-05-10T14:42:29 0200', '2026-05-10T12:42:29.000Z'],
  ] as const) {
    t.equal(parseInstant(text)?.toISOString(), instant, text);
  }
});

void t.test('what is no instant, or of a year that is not written alike everywhere', async (t) => {
  for (const text of ['', '1', 'hier', '2026', '05/10/2026', '2026-02-31', '2026-13-01', '2026-01-01T25:00']) {
    t.equal(parseInstant(text), null, text);
  }
  for (const text of ['0000-01-01', '0001-01-01', '0999-12-31', '9999-12-31T23:59:59-01:00', '+12026-01-01']) {
    t.equal(parseInstant(text), null, text);
  }
});
