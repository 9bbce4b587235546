import { ENDPOINTS } from '../../catalogue/endpoints.js';
import type { Deps } from '../../deps.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { EndpointService, PublicUrl } from '../offering-urls.js';
import type { ExposedOffering, ExposureKey, Shown } from './document.js';
import { type HeldKeys, readHeldKeys } from './held-keys.js';
import { named, namedDatastore, namedUser } from './names.js';
import { type GivenPermission, readPermissionsOn } from './permissions.js';
import { PUBLIC, restrictedReaders } from './readers.js';
import { readShown, type ShownByOffering } from './shown.js';

/** The offerings of a datastore, and those of others that publish its data: what they show, and to whom. */

const WITH_ENDS = {
  select: {
    id: true,
    status: true,
    open: true,
    available: true,
    urls: true,
    endpoint: true,
    configuration: {
      select: {
        id: true,
        name: true,
        type: true,
        layerName: true,
        storedData: { select: { storedData: { select: { id: true, schemaName: true } } } },
        datastore: { select: { id: true, active: true, community: { select: { name: true } } } },
      },
    },
    sharings: { select: { datastore: { select: { id: true, community: { select: { name: true } } } } } },
  },
} as const satisfies Prisma.OfferingDefaultArgs;

type OfferingRow = Prisma.OfferingGetPayload<typeof WITH_ENDS>;

type OfferingDeps = Pick<Deps, 'prisma' | 'pool'>;

/** Reads them, the datastore's own first. @param now milliseconds */
export async function readExposedOfferings(
  deps: OfferingDeps,
  datastoreId: string,
  now: number,
): Promise<{ offerings: ExposedOffering[]; keys: ExposureKey[] }> {
  const rows = await deps.prisma.offering.findMany({
    where: {
      OR: [
        { configuration: { datastoreId } },
        { configuration: { storedData: { some: { storedData: { datastoreId } } } } },
      ],
    },
    ...WITH_ENDS,
    orderBy: [{ creation: 'asc' }, { id: 'asc' }],
  });
  const isOwn = ({ configuration }: OfferingRow) => configuration.datastore.id === datastoreId;
  const ordered = [...rows.filter(isOwn), ...rows.filter((row) => !isOwn(row))];
  const ids = ordered.map(({ id }) => id);
  const held = await readHeldKeys(deps, ids, now);
  const permissions = await readPermissionsOn(deps.prisma, ids);
  const shown = await readAllShown(deps, ordered);
  return {
    offerings: ordered.map((row) => exposedOffering(row, shown.get(row.id), held, permissions)),
    keys: exposureKeys(held),
  };
}

/** By offering, from the publications of every endpoint that has one. */
async function readAllShown(deps: OfferingDeps, rows: readonly OfferingRow[]): Promise<ShownByOffering> {
  const schemas = new Map(
    rows.flatMap(({ configuration }) =>
      configuration.storedData.flatMap(({ storedData: { id, schemaName } }) =>
        schemaName === null ? [] : [[schemaName, id] as const],
      ),
    ),
  );
  const places = new Map(
    rows.flatMap(({ configuration: { type }, endpoint }) => {
      const endpointPath = servicePath(endpoint.urls);
      return endpointPath === null ? [] : [[`${type} ${endpointPath}`, { type, endpointPath }] as const];
    }),
  );
  const found = new Map<string, readonly Shown[]>();
  for (const place of places.values()) {
    for (const [offering, shown] of await readShown(deps, place, schemas)) found.set(offering, shown);
  }
  return found;
}

/**
 * The path by which services find an endpoint, `null` where there is no service: they stand at the paths of the
 * catalogue. TMS and WMTS look for the path of the latter.
 */
function servicePath(urls: unknown): string | null {
  const services = urls as readonly EndpointService[];
  const { path } = services.find(({ type }) => type === 'WMTS') ?? services[0] ?? {};
  return path !== undefined && catalogueEndpoint(path) !== undefined ? path : null;
}

function catalogueEndpoint(path: string) {
  return ENDPOINTS.find(({ urls }) => urls.some((url) => url.path === path));
}

function exposedOffering(
  row: OfferingRow,
  shows: readonly Shown[] | undefined,
  held: HeldKeys,
  permissions: readonly GivenPermission[],
): ExposedOffering {
  const { configuration, endpoint } = row;
  const path = servicePath(endpoint.urls);
  // As the services have it, whatever administrators say of the endpoint since.
  const isOpen = path !== null && catalogueEndpoint(path)?.open === true;
  const offering = { id: row.id, open: row.open, active: configuration.datastore.active };
  const covering = permissions.filter(({ offerings }) => offerings.has(row.id));
  return {
    _id: row.id,
    layer_name: configuration.layerName,
    type: configuration.type,
    status: row.status,
    open: row.open,
    configuration: named(configuration),
    datastore: namedDatastore(configuration.datastore),
    endpoint: { _id: endpoint.id, technical_name: endpoint.technicalName, open: isOpen },
    urls: (row.urls as unknown as readonly PublicUrl[]).map(({ url }) => url),
    shared_with: row.sharings.map(({ datastore }) => namedDatastore(datastore)),
    shows: [...(shows ?? [])],
    ...(shows === undefined
      ? { absence: whyAbsent(row, path), readers: [] }
      : { readers: isOpen ? [PUBLIC] : restrictedReaders(offering, held, covering) }),
  };
}

function whyAbsent({ status, available }: OfferingRow, path: string | null): string {
  if (path === null) return "Aucun service n'est à l'adresse du point d'accès.";
  if (!available) return "L'offre n'est pas disponible.";
  return `Aucun service ne la montre (statut : ${status}).`;
}

function exposureKeys({ accesses }: HeldKeys): ExposureKey[] {
  const keys = new Map(accesses.map(({ key }) => [key.id, key]));
  return [...keys.values()].map(({ id, name, type, user, whitelist, blacklist, userAgent, referer }) => ({
    _id: id,
    name,
    type,
    user: namedUser(user),
    ...(whitelist.length === 0 ? {} : { whitelist }),
    ...(blacklist.length === 0 ? {} : { blacklist }),
    ...(userAgent === null ? {} : { user_agent: userAgent }),
    ...(referer === null ? {} : { referer }),
  }));
}
