import t from 'tap';
import { decodeBase32, hotp, isValidTotp, totp } from '../../src/identity/totp.js';

/** Secret of the test vectors of RFC 4226 (appendix D) and RFC 6238 (appendix B, SHA-1). */
const SECRET = Buffer.from('12345678901234567890');

void t.test('HOTP gives the values of RFC 4226 appendix D', async (t) => {
  const expected = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
  t.strictSame(
    expected.map((_value, counter) => hotp(SECRET, counter)),
    expected,
  );
});

void t.test('TOTP gives the values of RFC 6238 appendix B', async (t) => {
  const vectors: readonly (readonly [number, string])[] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [time, value] of vectors) t.equal(totp(SECRET, time, 8), value, `at ${time}`);
});

void t.test('a code is valid in its own step and in the two next to it', async (t) => {
  const code = totp(SECRET, 90);
  for (const time of [60, 89, 90, 119, 120, 149]) t.ok(isValidTotp(SECRET, code, time), `at ${time}`);
  for (const time of [59, 150]) t.notOk(isValidTotp(SECRET, code, time), `at ${time}`);
});

void t.test('what is not six digits is no code', async (t) => {
  for (const code of ['', '12345', '1234567', ' 123456', '12345a', '١٢٣٤٥٦']) {
    t.notOk(isValidTotp(SECRET, code, 90), JSON.stringify(code));
  }
});

void t.test('secrets are read in base 32, whatever their case, spaces and padding', async (t) => {
  t.strictSame(decodeBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'), SECRET);
  t.strictSame(decodeBase32('gezd gnbv gy3t qojq gezd gnbv gy3t qojq'), SECRET);
  t.strictSame(decodeBase32('MZXW6YQ='), Buffer.from('foob'));
  t.throws(() => decodeBase32('GEZD1'), { message: '"1" is not a base 32 character' });
});
