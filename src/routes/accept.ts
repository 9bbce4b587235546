/**
 * Which of our media types a client prefers (RFC 9110 §12.5.1).
 * @param header `Accept` of the request
 * @param offered our types, the default one first
 * @returns the best one, by its quality, then by how precisely it is named; the default when nothing decides, or when the
 *   client wants none of them
 */
export function preferredType<const Type extends string>(
  header: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  const wishes = (header ?? '').split(',').map(readWish);
  const [fallback] = offered;
  let best: { type: Type } & Match = { type: fallback, quality: 0, precision: 0 };
  for (const type of offered) {
    const { quality, precision } = matchOf(type, wishes);
    const isBetter = quality > best.quality || (quality === best.quality && precision > best.precision);
    if (quality > 0 && isBetter) best = { type, quality, precision };
  }
  return best.type;
}

interface Wish {
  readonly range: string;
  readonly quality: number;
}

function readWish(text: string): Wish {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
  const number = quality === undefined ? 1 : Number(quality);
  return { range, quality: number >= 0 && number <= 1 ? number : 0 };
}

interface Match {
  readonly quality: number;
  /** 3 for the type itself, 1 for any type. */
  readonly precision: number;
}

/** The most precise range that covers the type decides. */
function matchOf(type: string, wishes: readonly Wish[]): Match {
  const ranges = [type, `${type.slice(0, type.indexOf('/'))}/*`, '*/*'];
  for (const [at, range] of ranges.entries()) {
    const wish = wishes.find((candidate) => candidate.range === range);
    if (wish !== undefined) return { quality: wish.quality, precision: ranges.length - at };
  }
  return { quality: 0, precision: 0 };
}
