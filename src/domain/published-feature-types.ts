import type { Deps } from '../deps.js';
import type { FeatureType } from '../ogc/wfs/model.js';
import { findTypeName, resolveTypeName, type TypeName, typesOfIds } from '../ogc/wfs/type-names.js';
import type { KeyRights } from './guard/key-rights.js';
import { seenBy, type Visit } from './guard/visit.js';
import { cached, readPublications } from './published.js';

/** The feature types of a WFS, in layer order. */
export interface PublishedFeatureTypes {
  readonly types: readonly FeatureType[];
  /** Ids. */
  readonly offeringOf: ReadonlyMap<FeatureType, string>;
  /** The types that names stand for. @throws OwsException */
  readonly named: (names: readonly TypeName[]) => FeatureType[];
  /** The types that ids of features may belong to. */
  readonly ofIds: (ids: readonly string[]) => FeatureType[];
}

/** The feature types served at an endpoint. */
export async function publishedFeatureTypes(deps: Pick<Deps, 'pool'>, visit: Visit): Promise<PublishedFeatureTypes> {
  const published = await cached(deps.pool, `WFS ${visit.endpointPath}`, visit, async () => {
    const publications = await readPublications<FeatureType[]>(deps.pool, 'WFS', visit.endpointPath);
    const types = publications.flatMap(({ publication }) => publication);
    const offeringOf = new Map(
      publications.flatMap(({ offering, publication }) => publication.map((type) => [type, offering])),
    );
    return featureTypes(types, offeringOf);
  });
  return seenBy(visit, published, (rights) => allowedFeatureTypes(published, rights));
}

function featureTypes(
  types: readonly FeatureType[],
  offeringOf: ReadonlyMap<FeatureType, string>,
): PublishedFeatureTypes {
  return {
    types,
    offeringOf,
    named: (names) => names.map((name) => resolveTypeName(name, types)),
    ofIds: (ids) => typesOfIds(ids, types),
  };
}

/** A name or id means what the key may use, when it may mean something of that; else it is refused or unknown. */
function allowedFeatureTypes(all: PublishedFeatureTypes, rights: KeyRights): PublishedFeatureTypes {
  const allows = (type: FeatureType) => rights.allows(all.offeringOf.get(type) ?? '');
  const types = all.types.filter(allows);
  const assertAllowed = (found: readonly FeatureType[]) => {
    rights.assertAllows(found.map((type) => all.offeringOf.get(type) ?? ''));
    return [...found];
  };
  return {
    types,
    offeringOf: all.offeringOf,
    named: (names) => assertAllowed(names.flatMap((name) => findTypeName(name, types) ?? all.named([name]))),
    ofIds(ids) {
      const allowed = typesOfIds(ids, types);
      return allowed.length > 0 ? allowed : assertAllowed(all.ofIds(ids));
    },
  };
}
