import { checkIds } from './checks.js';
import type { StoredDataType, UploadType } from './data-types.js';
import { MERGE_PARAMETERS, RASTER_PARAMETERS, VECTOR_TILES_PARAMETERS, WMS_PARAMETERS } from './pyramid-parameters.js';
import type { StorageType } from './storages.js';

export const PRIORITIES = ['STANDARD', 'PREMIUM', 'SANDBOX', 'STRONG', 'EXTRACTION'] as const;

/** Processings of the platform (lifecycle.md §4.1). */
export interface CatalogueProcessing {
  readonly id: string;
  /** What runs it: administrators see it, and may make other processings of the same job. */
  readonly jobName: string;
  readonly name: string;
  readonly description: string;
  readonly priority: (typeof PRIORITIES)[number];
  /** Kept as is in the registry. */
  readonly definition: ProcessingDefinition;
  /** The platform does not publish its id: ours is a constant of the emulator. */
  readonly ownId?: true;
}

/** What `GET /processings/{id}` answers beside name, description and priority. */
export interface ProcessingDefinition {
  readonly input_types: { readonly upload: readonly UploadType[]; readonly stored_data: readonly StoredDataType[] };
  readonly output_type:
    | { readonly stored_data: StoredDataType; readonly storage: readonly StorageType[] }
    | { readonly upload: UploadType };
  readonly parameters: readonly ProcessingParameter[];
  /** Ids of checks; each must have passed on every input upload. */
  readonly required_checks: readonly string[];
  /** Names under which other sources know it: the name filter finds them too. */
  readonly other_names?: readonly string[];
  /** Ids of its twins on other installations, which clients also use. */
  readonly other_ids?: readonly string[];
}

export interface ProcessingParameter {
  readonly name: string;
  readonly description: string;
  readonly mandatory: boolean;
  readonly default_value?: string | number | boolean;
  /** JSON Schema of the value. */
  readonly constraints?: Readonly<Record<string, unknown>>;
  readonly static_type?: 'DERIVATION-SQL';
}

/**
 * Jobs that the emulator can run. Processings of another one are listed, since clients look them up, and refused when
 * an execution of them is asked for.
 */
export const PROCESSING_JOBS = [
  'vector_to_db',
  'raster_to_pyramid',
  'wms_to_pyramid',
  'pyramids_to_pyramid',
  'db_to_pyramid',
  'db_to_db',
  'pmtiles',
  'archive_to_archive',
  'rok4_to_pyramid_raster',
  'rok4_to_pyramid_vector',
] as const;

/** Jobs that find what they need elsewhere: their executions may have no input. */
export const INPUT_FREE_JOBS: ReadonlySet<string> = new Set(['wms_to_pyramid']);

export const PROCESSINGS: readonly CatalogueProcessing[] = [
  {
    id: '0de8c60b-9938-4be9-aa36-9026b77c3c96',
    jobName: 'vector_to_db',
    name: 'Intégration de données vecteur livrées en base',
    description: 'Intègre les fichiers vecteur d’une livraison dans une base de données PostgreSQL.',
    priority: 'STANDARD',
    definition: {
      input_types: { upload: ['VECTOR'], stored_data: [] },
      output_type: { stored_data: 'VECTOR-DB', storage: ['POSTGRESQL'] },
      required_checks: checkIds('vector', 'standard'),
      other_ids: ['5a348542-61a7-4289-a950-8544bb0ce2b8'],
      parameters: [
        {
          name: 'srs',
          description: 'Système de coordonnées de la donnée en sortie ; par défaut celui de la livraison.',
          mandatory: false,
          constraints: { type: 'string' },
        },
        {
          name: 'update',
          description: 'Appliquer les fichiers .update de la livraison.',
          mandatory: false,
          default_value: false,
          constraints: { type: 'boolean' },
        },
        {
          name: 'delete',
          description: 'Appliquer les fichiers .delete de la livraison.',
          mandatory: false,
          default_value: false,
          constraints: { type: 'boolean' },
        },
        {
          name: 'multigeom_layers',
          description: 'Tables dont les géométries sont stockées en type multiple.',
          mandatory: false,
          constraints: { type: 'array', items: { type: 'string' } },
        },
      ],
    },
  },
  {
    id: '12cdc646-3976-4f18-b273-f34fca37e2a6',
    jobName: 'archive_to_archive',
    name: "Recopie d'une archive livrée",
    description: 'Copie à plat les fichiers d’une livraison pour leur téléchargement.',
    priority: 'STANDARD',
    definition: {
      input_types: { upload: ['ARCHIVE'], stored_data: [] },
      output_type: { stored_data: 'ARCHIVE', storage: ['S3'] },
      required_checks: checkIds('archive', 'standard'),
      parameters: [],
    },
  },
  {
    id: '2ae50661-986c-4f47-a3f0-e380417b522c',
    jobName: 'raster_to_pyramid',
    name: 'Calcul de pyramide raster',
    description: "Calcule ou met à jour une pyramide de tuiles à partir d'images livrées.",
    priority: 'STANDARD',
    definition: {
      input_types: { upload: ['RASTER'], stored_data: ['ROK4-PYRAMID-RASTER'] },
      output_type: { stored_data: 'ROK4-PYRAMID-RASTER', storage: ['S3'] },
      required_checks: checkIds('raster', 'standard'),
      other_names: ['Calcul ou mise à jour de pyramide raster'],
      parameters: RASTER_PARAMETERS,
    },
  },
  {
    id: '6a54dc92-fc93-4c8e-9f02-046bf889550e',
    jobName: 'wms_to_pyramid',
    name: 'Calcul ou mise à jour de pyramide raster par moissonnage WMS',
    description: "Calcule ou met à jour une pyramide de tuiles à partir d'un service WMS.",
    priority: 'STANDARD',
    definition: {
      input_types: { upload: [], stored_data: ['ROK4-PYRAMID-RASTER'] },
      output_type: { stored_data: 'ROK4-PYRAMID-RASTER', storage: ['S3'] },
      required_checks: [],
      other_ids: ['2e56e7ba-552b-49b8-abcf-563184dd8c55'],
      parameters: WMS_PARAMETERS,
    },
  },
  {
    id: '7cdca031-9e86-4804-8764-9b1d783b087d',
    jobName: 'pyramids_to_pyramid',
    name: 'Fusion de pyramides raster',
    description: 'Compose une pyramide de tuiles à partir de plusieurs.',
    priority: 'STANDARD',
    definition: {
      input_types: { upload: [], stored_data: ['ROK4-PYRAMID-RASTER'] },
      output_type: { stored_data: 'ROK4-PYRAMID-RASTER', storage: ['S3'] },
      required_checks: [],
      parameters: MERGE_PARAMETERS,
    },
  },
  {
    id: 'aa5f9391-0bdb-4b97-9209-fcde351b82f6',
    jobName: 'db_to_pyramid',
    name: 'Calcul de pyramide vecteur',
    description: "Calcule ou met à jour une pyramide de tuiles vectorielles à partir d'une base de données vecteur.",
    priority: 'STANDARD',
    definition: {
      input_types: { upload: [], stored_data: ['VECTOR-DB', 'ROK4-PYRAMID-VECTOR'] },
      output_type: { stored_data: 'ROK4-PYRAMID-VECTOR', storage: ['S3'] },
      required_checks: [],
      other_names: ['Calcul ou mise à jour de pyramide vecteur'],
      other_ids: ['a07a2d00-2bb3-45cb-a4c3-ac298501148c'],
      parameters: VECTOR_TILES_PARAMETERS,
    },
  },
  {
    id: '2c18eda8-d30c-42ab-8760-ec16d8929de5',
    jobName: 'db_to_db',
    name: "Génération ou mise à jour d'une donnée vecteur à partir d'une donnée vecteur",
    description: 'Dérive une base de données vecteur par des fichiers SQL.',
    priority: 'STANDARD',
    definition: {
      input_types: { upload: [], stored_data: ['VECTOR-DB'] },
      output_type: { stored_data: 'VECTOR-DB', storage: ['POSTGRESQL'] },
      required_checks: [],
      parameters: [
        {
          name: 'derivations',
          description: 'Fichiers statiques SQL, exécutés dans cet ordre.',
          mandatory: true,
          constraints: { type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1 },
          static_type: 'DERIVATION-SQL',
        },
        {
          name: 'params',
          description: 'Valeurs des variables des fichiers SQL.',
          mandatory: false,
          constraints: {
            type: 'object',
            additionalProperties: { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
          },
        },
      ],
    },
  },
  {
    id: 'c3297784-71e6-4417-864b-f62514768b87',
    jobName: 'index2index',
    name: "Intégration d'un index de recherche",
    description: 'Intègre les documents d’une livraison dans un index de recherche.',
    priority: 'STANDARD',
    definition: {
      input_types: { upload: ['INDEX'], stored_data: [] },
      output_type: { stored_data: 'INDEX', storage: ['OPENSEARCH'] },
      required_checks: checkIds('index'),
      parameters: [],
    },
  },
  {
    id: '75dad665-45e6-493a-88da-c604d59aac45',
    jobName: 'validator',
    name: 'Validateur Archive',
    description: 'Valide le contenu d’une livraison selon un modèle, et peut le normaliser.',
    priority: 'STANDARD',
    definition: {
      input_types: { upload: ['ARCHIVE'], stored_data: [] },
      output_type: { upload: 'ARCHIVE' },
      required_checks: checkIds('archive'),
      other_ids: ['cc923709-e34c-4fab-8ebd-7414a0ddbabf'],
      parameters: [
        { name: 'model', description: 'URL du modèle.', mandatory: true, constraints: { type: 'string' } },
        {
          name: 'is_compressed',
          description: 'Les données sont compressées.',
          mandatory: false,
          constraints: { type: 'boolean' },
        },
        {
          name: 'max-errors',
          description: "Nombre maximal d'erreurs rapportées.",
          mandatory: false,
          constraints: { type: 'integer' },
        },
        {
          name: 'normalize',
          description: 'Produire des données normalisées.',
          mandatory: false,
          constraints: { type: 'boolean' },
        },
        {
          name: 'plugins',
          description: 'Extensions du validateur.',
          mandatory: false,
          constraints: { type: 'string' },
        },
        { name: 'encoding', description: 'Encodage des données.', mandatory: false, constraints: { type: 'string' } },
      ],
    },
  },
  {
    id: '00000000-0000-4000-8000-00000000b001',
    jobName: 'pmtiles',
    name: 'gpf-processing-vector-db-to-archive-pmtiles',
    description: "Calcule une archive PMTiles à partir d'une base de données vecteur.",
    priority: 'STANDARD',
    ownId: true,
    definition: {
      input_types: { upload: [], stored_data: ['VECTOR-DB'] },
      output_type: { stored_data: 'ARCHIVE', storage: ['S3'] },
      required_checks: [],
      parameters: [
        {
          name: 'relations',
          description: 'Table de la base → nom de la couche en sortie.',
          mandatory: true,
          constraints: { type: 'object', additionalProperties: { type: 'string' } },
        },
        {
          name: 'tippecanoe',
          description: 'Options, niveau du haut et niveau du bas du calcul des tuiles.',
          mandatory: false,
          constraints: {
            type: 'object',
            properties: { options: { type: 'string' }, top: { type: 'string' }, bottom: { type: 'string' } },
          },
        },
        {
          name: 'fileout_name',
          description: 'Nom du fichier en sortie, sans extension.',
          mandatory: false,
          default_value: 'data',
          constraints: { type: 'string' },
        },
      ],
    },
  },
  {
    id: '00000000-0000-4000-8000-00000000b002',
    jobName: 'rok4_to_pyramid_raster',
    name: "Recopie d'une pyramide raster livrée",
    description: 'Fait d’une pyramide ROK4 livrée une pyramide de tuiles raster, sans en changer les tuiles.',
    priority: 'STANDARD',
    ownId: true,
    definition: {
      input_types: { upload: ['ROK4-PYRAMID'], stored_data: [] },
      output_type: { stored_data: 'ROK4-PYRAMID-RASTER', storage: ['S3'] },
      required_checks: checkIds('rok4-pyramid', 'standard'),
      parameters: [],
    },
  },
  {
    id: '00000000-0000-4000-8000-00000000b003',
    jobName: 'rok4_to_pyramid_vector',
    name: "Recopie d'une pyramide vecteur livrée",
    description: 'Fait d’une pyramide ROK4 livrée une pyramide de tuiles vectorielles, sans en changer les tuiles.',
    priority: 'STANDARD',
    ownId: true,
    definition: {
      input_types: { upload: ['ROK4-PYRAMID'], stored_data: [] },
      output_type: { stored_data: 'ROK4-PYRAMID-VECTOR', storage: ['S3'] },
      required_checks: checkIds('rok4-pyramid', 'standard'),
      parameters: [],
    },
  },
];
