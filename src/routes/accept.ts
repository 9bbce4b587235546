/**
 * Which of our media types a client prefers (RFC 9110 §12.5.1).
 * @param header `Accept` of the request
 * @param offered our types, the default one first
 * @returns the best one; the default when nothing decides, or when the client wants none of them
 */
export function preferredType<const Type extends string>(
  header: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  const wishes = (header ?? '').split(',').map(readWish);
  const [fallback] = offered;
  let best: { type: Type; quality: number } = { type: fallback, quality: 0 };
  for (const type of offered) {
    const quality = qualityOf(type, wishes);
    if (quality > best.quality) best = { type, quality };
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

/** The most precise range that covers the type decides. */
function qualityOf(type: string, wishes: readonly Wish[]): number {
  for (const range of [type, `${type.slice(0, type.indexOf('/'))}/*`, '*/*']) {
    const wish = wishes.find((candidate) => candidate.range === range);
    if (wish !== undefined) return wish.quality;
  }
  return 0;
}
