import { createHmac } from 'node:crypto';
import { equalSecrets } from '../equal-secrets.js';

/**
 * One-time passwords: HOTP (RFC 4226) and TOTP (RFC 6238) with the platform's parameters, HMAC-SHA-1,
 * 6 digits, 30 s steps. Pure: the time is an argument.
 */

const STEP_SECONDS = 30;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Decodes a shared secret written in base 32 (RFC 4648 §6), as authenticator applications and the
 * SDK's `totp_key` have it: case, spaces and padding do not matter.
 * @throws RangeError on any other character
 */
export function decodeBase32(text: string): Buffer {
  const bytes: number[] = [];
  let accumulator = 0;
  let bits = 0;
  for (const character of text.toUpperCase().replace(/[\s=]/g, '')) {
    const value = BASE32.indexOf(character);
    if (value === -1) throw new RangeError(`"${character}" is not a base 32 character`);
    accumulator = (accumulator << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((accumulator >> bits) & 0xff);
      accumulator &= (1 << bits) - 1;
    }
  }
  return Buffer.from(bytes);
}

/** HOTP value of a counter (RFC 4226 §5.3), `digits` decimal digits. */
export function hotp(secret: Uint8Array, counter: number, digits = 6): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac('sha1', secret).update(message).digest();
  const offset = (mac[mac.length - 1] ?? 0) & 0x0f;
  const truncated = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(truncated % 10 ** digits).padStart(digits, '0');
}

/** TOTP value at a moment, in Unix seconds (RFC 6238 §4). */
export function totp(secret: Uint8Array, unixSeconds: number, digits = 6): string {
  return hotp(secret, Math.floor(unixSeconds / STEP_SECONDS), digits);
}

/**
 * Whether `code` is the value of the current 30 s step or of a neighbouring one (clock drift).
 * A code may be used several times within its life: the SDK asks for several tokens in a row.
 */
export function isValidTotp(secret: Uint8Array, code: string, unixSeconds: number): boolean {
  if (!/^\d{6}$/.test(code)) return false;
  let valid = false;
  for (const drift of [-1, 0, 1]) {
    if (equalSecrets(totp(secret, unixSeconds + drift * STEP_SECONDS), code)) valid = true;
  }
  return valid;
}
