/**
 * Lua patterns, which user keys hold for `User-Agent` and `Referer` (access.md §5), decided in linear time.
 *
 * Only whether a text matches is asked, so captures are read and forgotten, `*` and `-` mean the same, and a pattern is
 * a row of steps run over the text with the set of the steps reached, as bits: no backtracking, whatever the pattern. What
 * would need it (`%1`, `%b()`) is refused.
 */

/** One step: a byte of `bytes`, once or any number of times (or none); or a frontier (`%f`), which reads nothing. */
interface Step {
  /** 256 flags. */
  readonly bytes: Uint8Array;
  readonly kind: 'one' | 'optional' | 'any' | 'frontier';
}

/** A pattern ready to match. Sets of steps are rows of `words` words of 32 bits, the first step in the lowest bit. */
export interface LuaPattern {
  readonly words: number;
  /** By byte: the steps whose set it is in. */
  readonly members: Uint32Array;
  /** The steps that may be left without reading. */
  readonly skippable: Uint32Array;
  readonly repeated: Uint32Array;
  readonly frontiers: Uint32Array;
  /** After the last step. */
  readonly end: number;
  readonly fromStart: boolean;
  readonly toEnd: boolean;
}

/** Why a pattern is malformed; the message is the end of a French sentence. */
export class LuaPatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LuaPatternError';
  }
}

/** Bytes of a pattern, at most. */
export const MAX_PATTERN_LENGTH = 255;
/** Bytes of a text, at most: a longer one matches nothing. */
export const MAX_SUBJECT_LENGTH = 4096;

/** Members of the classes `%a`, `%d`…, as bytes of the C locale. */
const CLASSES: Readonly<Record<string, RegExp>> = {
  a: /[A-Za-z]/,
  // oxlint-disable-next-line no-control-regex
  c: /[\x00-\x1f\x7f]/,
  d: /[0-9]/,
  g: /[\x21-\x7e]/,
  l: /[a-z]/,
  p: /[!-/:-@[-`{-~]/,
  s: /[\t-\r ]/,
  u: /[A-Z]/,
  w: /[A-Za-z0-9]/,
  x: /[A-Fa-f0-9]/,
};

/**
 * Reads a pattern, its characters as bytes of UTF-8.
 * @throws LuaPatternError
 */
export function parseLuaPattern(pattern: string): LuaPattern {
  const text = Buffer.from(pattern, 'utf8').toString('latin1');
  if (text.length > MAX_PATTERN_LENGTH) {
    throw new LuaPatternError(`il dépasse ${MAX_PATTERN_LENGTH} octets`);
  }
  const steps: Step[] = [];
  const fromStart = text.startsWith('^');
  let at = fromStart ? 1 : 0;
  let openCaptures = 0;
  let toEnd = false;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '(') {
      openCaptures += 1;
      at += 1;
    } else if (char === ')') {
      openCaptures -= 1;
      if (openCaptures < 0) throw new LuaPatternError('une parenthèse est fermée sans avoir été ouverte');
      at += 1;
    } else if (char === '$' && at === text.length - 1) {
      toEnd = true;
      at += 1;
    } else {
      at = readStep(text, at, steps);
    }
  }
  if (openCaptures > 0) throw new LuaPatternError("une parenthèse n'est pas fermée");
  return { ...packSteps(steps), fromStart, toEnd };
}

function packSteps(steps: readonly Step[]): Omit<LuaPattern, 'fromStart' | 'toEnd'> {
  const words = Math.floor(steps.length / 32) + 1;
  const rows = (count: number) => new Uint32Array(count * words);
  const packed = { members: rows(256), skippable: rows(1), repeated: rows(1), frontiers: rows(1) };
  const add = (set: Uint32Array, row: number, step: number) => {
    const at = row * words + Math.floor(step / 32);
    set[at] = (set[at] ?? 0) | (1 << (step % 32));
  };
  for (const [at, { bytes, kind }] of steps.entries()) {
    for (const [byte, isIn] of bytes.entries()) if (isIn === 1) add(packed.members, byte, at);
    if (kind === 'any' || kind === 'optional') add(packed.skippable, 0, at);
    if (kind === 'any') add(packed.repeated, 0, at);
    if (kind === 'frontier') add(packed.frontiers, 0, at);
  }
  return { ...packed, words, end: steps.length };
}

/**
 * Whether a text has the pattern in it. The longest text and pattern take less than a millisecond: whoever has a key
 * chooses both, and the process does nothing else meanwhile.
 * @param subject one character per byte, as Node.js gives the values of headers
 */
export function matchesLuaPattern(pattern: LuaPattern, subject: string): boolean {
  if (subject.length > MAX_SUBJECT_LENGTH) return false;
  const { words, end, fromStart, toEnd } = pattern;
  const reached = new Uint32Array(words);
  const endWord = Math.floor(end / 32);
  const endBit = 1 << (end % 32);
  // Outside of the text lies a zero byte.
  let before = 0;
  for (let at = 0; ; at += 1) {
    if (at === 0 || !fromStart) reached[0] = (reached[0] ?? 0) | 1;
    const byte = at < subject.length ? subject.charCodeAt(at) : 0;
    skip(pattern, reached, before, byte);
    if (((reached[endWord] ?? 0) & endBit) !== 0 && (!toEnd || at === subject.length)) return true;
    if (at === subject.length) return false;
    read(pattern, reached, byte);
    before = byte;
  }
}

/**
 * Reaches what lies behind steps that may be left without reading. Added to a row of such steps, those reached carry
 * through all that follow, and out of the row.
 */
function skip(
  { words, members, skippable, frontiers }: LuaPattern,
  reached: Uint32Array,
  before: number,
  byte: number,
) {
  let carry = 0;
  for (let word = 0; word < words; word += 1) {
    const here = reached[word] ?? 0;
    const crossed =
      (frontiers[word] ?? 0) & ~(members[before * words + word] ?? 0) & (members[byte * words + word] ?? 0);
    const skipped = ((skippable[word] ?? 0) | crossed) >>> 0;
    const sum = skipped + ((here & skipped) >>> 0) + carry;
    carry = sum > 0xffffffff ? 1 : 0;
    reached[word] = here | (skipped ^ sum);
  }
}

/** Goes on over a byte: to the next step, or to the same one where it may be repeated. */
function read({ words, members, repeated, frontiers }: LuaPattern, reached: Uint32Array, byte: number) {
  let carry = 0;
  for (let word = 0; word < words; word += 1) {
    const passed = (reached[word] ?? 0) & (members[byte * words + word] ?? 0) & ~(frontiers[word] ?? 0);
    const stay = passed & (repeated[word] ?? 0);
    const moved = passed ^ stay;
    reached[word] = stay | (moved << 1) | carry;
    carry = moved >>> 31;
  }
}

/** Reads what stands for one byte, with its repetition. @returns where the next item starts */
function readStep(text: string, start: number, steps: Step[]): number {
  if (text.startsWith('%f', start)) {
    if (text.charAt(start + 2) !== '[') throw new LuaPatternError('%f doit être suivi d’un ensemble entre crochets');
    const { bytes, next } = readSet(text, start + 2);
    steps.push({ bytes, kind: 'frontier' });
    return next;
  }
  const { bytes, next } = readBytes(text, start);
  switch (text.charAt(next)) {
    case '*':
    case '-':
      steps.push({ bytes, kind: 'any' });
      return next + 1;
    case '+':
      steps.push({ bytes, kind: 'one' }, { bytes, kind: 'any' });
      return next + 1;
    case '?':
      steps.push({ bytes, kind: 'optional' });
      return next + 1;
    default:
      steps.push({ bytes, kind: 'one' });
      return next;
  }
}

interface Read {
  readonly bytes: Uint8Array;
  /** Where what follows starts. */
  readonly next: number;
}

function readBytes(text: string, at: number): Read {
  const char = text.charAt(at);
  if (char === '[') return readSet(text, at);
  if (char === '%') {
    const name = text.charAt(at + 1);
    if (/[0-9b]/.test(name)) throw new LuaPatternError(`%${name} n'est pas pris en charge`);
    return { bytes: classBytes(name), next: at + 2 };
  }
  return { bytes: char === '.' ? new Uint8Array(256).fill(1) : bytesOf((byte) => byte === char), next: at + 1 };
}

/** The set whose bracket opens at `start`; a bracket that closes in first place is a member. */
function readSet(text: string, start: number): Read {
  const isComplement = text.charAt(start + 1) === '^';
  const first = start + (isComplement ? 2 : 1);
  const bytes = new Uint8Array(256);
  let at = first;
  while (at === first || text.charAt(at) !== ']') {
    if (at >= text.length) throw new LuaPatternError("un crochet n'est pas fermé");
    const char = text.charAt(at);
    const last = text.charAt(at + 2);
    if (char === '%') {
      for (const [byte, isIn] of classBytes(text.charAt(at + 1)).entries()) bytes[byte] ||= isIn;
      at += 2;
    } else if (text.charAt(at + 1) === '-' && last !== ']' && last !== '') {
      bytes.fill(1, char.charCodeAt(0), last.charCodeAt(0) + 1);
      at += 3;
    } else {
      bytes[char.charCodeAt(0)] = 1;
      at += 1;
    }
  }
  return { bytes: isComplement ? bytes.map((isIn) => 1 - isIn) : bytes, next: at + 1 };
}

/** What `%` and a character stand for: a class, the complement of one when in capitals, or that character. */
function classBytes(char: string): Uint8Array {
  if (char === '') throw new LuaPatternError('il finit par %');
  const members = Object.hasOwn(CLASSES, char.toLowerCase()) ? CLASSES[char.toLowerCase()] : undefined;
  if (members === undefined) return bytesOf((byte) => byte === char);
  const isComplement = char !== char.toLowerCase();
  return bytesOf((byte) => members.test(byte) !== isComplement);
}

function bytesOf(isIn: (byte: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (isIn(String.fromCharCode(code)) ? 1 : 0));
}
