/** Storages of the platform (lifecycle.md §7): ids are the platform's, names ours (it publishes none). */

export const STORAGE_TYPES = ['POSTGRESQL', 'S3', 'FILESYSTEM', 'OPENSEARCH', 'POSTGRESQL-ROUTING'] as const;
export type StorageType = (typeof STORAGE_TYPES)[number];

/** What a datastore uses a storage for. */
export type StorageUsage = 'DATA' | 'UPLOADS' | 'ANNEXES';

export interface CatalogueStorage {
  readonly id: string;
  readonly name: string;
  readonly type: StorageType;
  /** An execution chooses among the data storages of the right type by these (`storage_tags`). */
  readonly labels: readonly string[];
  readonly usage: StorageUsage;
}

/** In the order that lists and the choice of a storage follow. */
export const STORAGES: readonly CatalogueStorage[] = [
  {
    id: 'e53852da-e713-4115-8af4-36ce0490f93b',
    name: 'Bases de données vecteur',
    type: 'POSTGRESQL',
    labels: ['VECTEUR'],
    usage: 'DATA',
  },
  {
    id: '7a7ccc8b-e0d1-47ed-848d-5a5cdb529539',
    name: 'Pyramides de tuiles',
    type: 'S3',
    labels: ['PYRAMIDE'],
    usage: 'DATA',
  },
  {
    id: '4c2d24e6-870d-4194-8bc8-3ac8b7f76d08',
    name: 'Archives',
    type: 'S3',
    labels: ['ARCHIVE'],
    usage: 'DATA',
  },
  {
    id: 'd5134033-c9c1-4342-a348-fbc4182f34bc',
    name: 'Index de recherche',
    type: 'OPENSEARCH',
    labels: [],
    usage: 'DATA',
  },
  {
    id: '40d3ae5e-f46b-4cb7-b08b-9a2f207f4dc6',
    name: 'Livraisons',
    type: 'FILESYSTEM',
    labels: [],
    usage: 'UPLOADS',
  },
  {
    id: '1b0371a1-aad9-4f0f-b687-367d485a665b',
    name: 'Annexes',
    type: 'S3',
    labels: [],
    usage: 'ANNEXES',
  },
];
