import type { Static } from 'typebox';
import type { DatastoreRecord, LentEndpoint, LentStorage } from '../../domain/datastores.js';
import type { Endpoint } from '../../generated/prisma/client.js';
import { presentDates, presentOptional } from '../present.js';
import type { DatastoreSchema, EndpointSchema, LentEndpointSchema, StoragesSchema } from './schema.js';

type PublicEndpoint = Static<typeof EndpointSchema>;
type PublicStorages = Static<typeof StoragesSchema>;
type PublicStorage = PublicStorages['data'][number];

/** A datastore; its names are those of its community. `origin` starts the URLs of its endpoints. */
export function presentDatastore(datastore: DatastoreRecord, origin: string): Static<typeof DatastoreSchema> {
  const { community } = datastore;
  return {
    _id: datastore.id,
    ...presentDates(datastore),
    name: community.name,
    technical_name: community.technicalName,
    community: { _id: community.id, contact: community.contact, public: community.public },
    active: datastore.active,
    sharings: datastore.sharings,
    processings: [...datastore.processings],
    checks: [...datastore.checks],
    endpoints: datastore.endpoints.map((lent) => presentLentEndpoint(lent, origin)),
    storages: presentStorages(datastore.storages),
    ...presentOptional({
      description: community.description,
      metadata_file_identifier_prefix: datastore.metadataPrefix,
      configuration_layer_name_prefix: datastore.layerNamePrefix,
    }),
  };
}

/** Storages by use. */
export function presentStorages(storages: readonly LentStorage[]): PublicStorages {
  const first = (usage: LentStorage['usage']) => {
    const found = storages.find((lent) => lent.usage === usage);
    return found === undefined ? null : presentStorage(found);
  };
  return {
    data: storages.filter((lent) => lent.usage === 'DATA').map(presentStorage),
    ...presentOptional({ uploads: first('UPLOADS'), annexes: first('ANNEXES') }),
  };
}

/** An endpoint with its use by a datastore. */
export function presentLentEndpoint(lent: LentEndpoint, origin: string): Static<typeof LentEndpointSchema> {
  return { use: lent.use, quota: lent.quota, endpoint: presentEndpoint(lent.endpoint, origin) };
}

/** An endpoint in full. */
export function presentEndpoint(endpoint: Endpoint, origin: string): PublicEndpoint {
  const urls = endpoint.urls as { type: PublicEndpoint['urls'][number]['type']; path: string }[];
  return {
    _id: endpoint.id,
    ...presentDates(endpoint),
    name: endpoint.name,
    technical_name: endpoint.technicalName,
    type: endpoint.type as PublicEndpoint['type'],
    urls: urls.map(({ type, path }) => ({ type, url: `${origin}${path}` })),
    open: endpoint.open,
    force_metadata: endpoint.forceMetadata,
    force_attribution: endpoint.forceAttribution,
    search_publish: endpoint.searchPublish,
    ...presentOptional({ metadata_fi: endpoint.metadataFi }),
  };
}

function presentStorage({ storage, use, quota }: LentStorage): PublicStorage {
  const type = storage.type as PublicStorage['type'];
  return {
    use,
    quota,
    type,
    storage: { _id: storage.id, name: storage.name, type, labels: storage.labels, ...presentDates(storage) },
  };
}
