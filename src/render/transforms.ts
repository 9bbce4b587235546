import mapnik, { type ProjTransform } from '@mapnik/mapnik';

/** A position in another CRS, x eastwards in both; `null` where that one does not reach. */
export type Transform = (x: number, y: number) => [number, number] | null;

/** Transformations between CRSs, by EPSG code: each is made once. */
export function createTransforms(): (from: number, to: number) => Transform {
  const made = new Map<string, Transform>();
  return (from, to) => {
    const key = `${from} ${to}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const transform = transformOf(
      new mapnik.ProjTransform(new mapnik.Projection(`epsg:${from}`), new mapnik.Projection(`epsg:${to}`)),
    );
    made.set(key, transform);
    return transform;
  };
}

function transformOf(projection: ProjTransform): Transform {
  return (x, y) => {
    try {
      const position = projection.forward([x, y]);
      return position.every(Number.isFinite) ? position : null;
    } catch {
      // Outside the domain of the projection: the binding answers with an exception or with infinity.
      return null;
    }
  };
}
