/**
 * Generalisation of lines and rings (Douglas-Peucker): each vertex gets, once, the square of the tolerance above which
 * it goes; each level then keeps the vertices that outlive its own.
 */

/**
 * @param xy x, y of each vertex
 * @param least square of a tolerance below which vertices need not be told apart: they get 0
 * @returns a number for each vertex, in squared units; the ends always stay
 */
export function vertexImportance(xy: Float64Array, least: number): Float64Array {
  const count = xy.length >> 1;
  const importance = new Float64Array(count);
  if (count === 0) return importance;
  importance[0] = Number.POSITIVE_INFINITY;
  importance[count - 1] = Number.POSITIVE_INFINITY;
  // Pairs of ends still to be looked at, with the tolerance at which the span appeared.
  const spans = [0, count - 1];
  const limits = [Number.POSITIVE_INFINITY];
  while (spans.length > 0) {
    const last = spans.pop() ?? 0;
    const first = spans.pop() ?? 0;
    const limit = limits.pop() ?? 0;
    const at = farthest(xy, first, last);
    if (at < 0) continue;
    const distance = segmentDistance(xy, at, first, last);
    if (distance <= least) continue;
    // A vertex never outlives those its span ends at.
    const value = Math.min(distance, limit);
    importance[at] = value;
    spans.push(first, at, at, last);
    limits.push(value, value);
  }
  return importance;
}

/** The vertex between two others that is farthest from their segment, the most central of equals; -1 for none. */
function farthest(xy: Float64Array, first: number, last: number): number {
  const x1 = xy[2 * first] ?? 0;
  const y1 = xy[2 * first + 1] ?? 0;
  const dx = (xy[2 * last] ?? 0) - x1;
  const dy = (xy[2 * last + 1] ?? 0) - y1;
  const square = dx * dx + dy * dy;
  const middle = (first + last) / 2;
  let [found, most] = [-1, -1];
  for (let at = first + 1; at < last; at += 1) {
    let x = (xy[2 * at] ?? 0) - x1;
    let y = (xy[2 * at + 1] ?? 0) - y1;
    if (square > 0) {
      const along = (x * dx + y * dy) / square;
      if (along >= 1) {
        x -= dx;
        y -= dy;
      } else if (along > 0) {
        x -= dx * along;
        y -= dy * along;
      }
    }
    const distance = x * x + y * y;
    if (distance > most || (distance === most && Math.abs(at - middle) < Math.abs(found - middle))) {
      most = distance;
      found = at;
    }
  }
  return found;
}

/** Square of the distance of a vertex to the segment between two others. */
function segmentDistance(xy: Float64Array, at: number, first: number, last: number): number {
  const x1 = xy[2 * first] ?? 0;
  const y1 = xy[2 * first + 1] ?? 0;
  const dx = (xy[2 * last] ?? 0) - x1;
  const dy = (xy[2 * last + 1] ?? 0) - y1;
  const x = (xy[2 * at] ?? 0) - x1;
  const y = (xy[2 * at + 1] ?? 0) - y1;
  const square = dx * dx + dy * dy;
  const along = square > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / square)) : 0;
  return (x - dx * along) ** 2 + (y - dy * along) ** 2;
}
