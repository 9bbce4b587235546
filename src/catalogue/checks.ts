import { UPLOAD_TYPES, type UploadType } from './data-types.js';

/** Jobs that the emulator can run; an execution of another one fails and says so. */
export const CHECK_JOBS = ['standard', 'vector', 'raster', 'archive', 'rok4-pyramid'] as const;

/** Jobs of the platform's checks. Their names are ours. */
export type CheckJob = (typeof CHECK_JOBS)[number] | 'index' | 'pyramid-3d-ept';

/** Checks of the platform (lifecycle.md §3). */
export interface CatalogueCheck {
  readonly id: string;
  /** What runs it: administrators see it, and may make other checks of the same job. */
  readonly jobName: CheckJob;
  readonly name: string;
  readonly description: string;
  /** Upload types whose `close` launches it. */
  readonly defaultUploadTypes: readonly UploadType[];
  /** The platform does not publish its id: ours is a constant of the emulator. */
  readonly ownId?: true;
}

export const CHECKS: readonly CatalogueCheck[] = [
  {
    id: 'ecb00ba0-eb42-427e-8418-f5d8a30e84ec',
    jobName: 'standard',
    name: 'Vérification standard',
    description: 'Arborescence de la livraison et empreintes MD5 des fichiers qui en sont accompagnés.',
    defaultUploadTypes: UPLOAD_TYPES,
  },
  {
    id: '66ed8a1b-93d9-4fe9-a413-ab93d31b2964',
    jobName: 'vector',
    name: 'Vérification vecteur',
    description:
      'Lecture des fichiers vecteur, système de coordonnées déclaré, instructions SQL, noms des tables et des colonnes.',
    defaultUploadTypes: ['VECTOR'],
  },
  {
    id: 'a4060831-9c6f-42e2-9435-e07a4e8ef535',
    jobName: 'raster',
    name: 'Vérification raster',
    description: 'Lecture des images, géoréférencement, système de coordonnées déclaré, écarts de résolution.',
    defaultUploadTypes: ['RASTER'],
  },
  {
    id: 'f4f79b5e-7056-4b56-981d-34043b4925ab',
    jobName: 'archive',
    name: 'Vérification archive',
    description: "Unicité des noms de fichiers dans toute l'arborescence.",
    defaultUploadTypes: ['ARCHIVE'],
  },
  {
    id: 'f879e8c6-0838-48a6-a8d3-41d47b208a6c',
    jobName: 'rok4-pyramid',
    name: 'Vérification pyramide ROK4',
    description: 'Descripteur, liste et dalles de la pyramide.',
    defaultUploadTypes: ['ROK4-PYRAMID'],
  },
  {
    id: '00000000-0000-4000-8000-00000000c001',
    jobName: 'index',
    name: 'checkindex',
    description: "Cohérence des colonnes et du schéma d'un index de recherche.",
    defaultUploadTypes: ['INDEX'],
    ownId: true,
  },
  {
    id: '00000000-0000-4000-8000-00000000c002',
    jobName: 'pyramid-3d-ept',
    name: 'check-pyramid-3d-ept',
    description: 'Structure d’une pyramide 3D au format EPT.',
    defaultUploadTypes: ['PYRAMID-3D'],
    ownId: true,
  },
];

/** Ids of the checks of the platform that these jobs run, as processings require them. */
export function checkIds(...jobNames: readonly CheckJob[]): string[] {
  return CHECKS.filter((check) => jobNames.includes(check.jobName)).map((check) => check.id);
}
