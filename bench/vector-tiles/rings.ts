type Ring = [number, number][];

/** Twice the area of a ring, whatever its direction. */
export function doubleArea(ring: readonly (readonly [number, number])[]): number {
  let sum = 0;
  ring.forEach(([x1, y1], at) => {
    const [x2, y2] = ring[(at + 1) % ring.length] ?? [x1, y1];
    sum += x1 * y2 - x2 * y1;
  });
  return Math.abs(sum);
}

/** The part of a ring that lies in a tile, its margin left out. */
export function clipToTile(ring: Ring, extent: number): Ring {
  const sides = [
    { axis: 0, at: 0, sign: 1 },
    { axis: 0, at: extent, sign: -1 },
    { axis: 1, at: 0, sign: 1 },
    { axis: 1, at: extent, sign: -1 },
  ] as const;
  return sides.reduce<Ring>((left, { axis, at, sign }) => {
    const result: Ring = [];
    left.forEach((from, index) => {
      const to = left[(index + 1) % left.length] ?? from;
      const [before, after] = [(from[axis] - at) * sign, (to[axis] - at) * sign];
      if (before >= 0) result.push(from);
      if (before * after < 0) {
        const share = before / (before - after);
        result.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
      }
    });
    return result;
  }, ring);
}
