import type { ProcessingParameter } from './processings.js';
import { TILE_MATRIX_SET_IDS } from './tile-matrix-sets.js';

/** Parameters of the processings that make pyramids of tiles (lifecycle.md §4.6–4.9). */

/** The level of a pyramid: a string, though some clients send a number. */
const level = (name: string, description: string, mandatory = false): ProcessingParameter => ({
  name,
  description,
  mandatory,
  constraints: { type: ['string', 'integer'] },
});

const oneOf = (name: string, description: string, values: readonly string[]): ProcessingParameter => ({
  name,
  description,
  mandatory: false,
  constraints: { type: 'string', enum: [...values] },
});

const SLAB: readonly ProcessingParameter[] = [
  ...(['width', 'height'] as const).map((name) => ({
    name,
    description: `Nombre de tuiles par dalle, en ${name === 'width' ? 'largeur' : 'hauteur'}.`,
    mandatory: false,
    default_value: 16,
    constraints: { type: 'integer', minimum: 8, maximum: 32 },
  })),
  {
    name: 'parallelization',
    description: 'Nombre de calculs menés en parallèle.',
    mandatory: false,
    default_value: 1,
    constraints: { type: 'integer', minimum: 1, maximum: 4 },
  },
];

const MASK: ProcessingParameter = {
  name: 'mask',
  description: 'Conserver les masques des données.',
  mandatory: false,
  default_value: false,
  constraints: { type: ['boolean', 'string'] },
};

export const RASTER_PARAMETERS: readonly ProcessingParameter[] = [
  oneOf('tms', 'Découpage en tuiles ; hérité lors d’une mise à jour.', TILE_MATRIX_SET_IDS),
  oneOf('compression', 'Compression des tuiles ; héritée lors d’une mise à jour.', [
    'raw',
    'jpg',
    'png',
    'zip',
    'jpg90',
  ]),
  oneOf('interpolation', 'Interpolation.', ['nn', 'linear', 'bicubic']),
  level('bottom', 'Niveau du bas ; par défaut celui de la résolution la plus proche.'),
  level('top', 'Niveau du haut ; par défaut celui du découpage.'),
  MASK,
  ...SLAB,
];

export const MERGE_PARAMETERS: readonly ProcessingParameter[] = [
  level('bottom', 'Niveau du bas ; par défaut le plus bas des pyramides en entrée.'),
  level('top', 'Niveau du haut ; par défaut le plus haut des pyramides en entrée.'),
  {
    name: 'bbox',
    description: 'Emprise ; par défaut la réunion de celles des pyramides en entrée.',
    mandatory: false,
    constraints: { type: ['array', 'string'] },
  },
  ...SLAB.filter((parameter) => parameter.name === 'parallelization'),
];

export const WMS_PARAMETERS: readonly ProcessingParameter[] = [
  { name: 'harvest_url', description: 'URL du service WMS.', mandatory: true, constraints: { type: 'string' } },
  {
    name: 'harvest_layers',
    description: 'Couches, séparées par des virgules.',
    mandatory: true,
    constraints: { type: 'string' },
  },
  {
    name: 'harvest_area',
    description: 'Zone, en WKT, longitude et latitude (EPSG:4326).',
    mandatory: true,
    constraints: { type: 'string' },
  },
  {
    name: 'harvest_levels',
    description: 'Niveaux moissonnés, du bas vers le haut.',
    mandatory: true,
    constraints: { type: 'array', items: { type: ['string', 'integer'] }, minItems: 1 },
  },
  level('bottom', 'Niveau du bas.', true),
  {
    name: 'harvest_format',
    description: 'Format des images demandées.',
    mandatory: true,
    constraints: {
      type: 'string',
      enum: [
        'image/png',
        'image/tiff',
        'image/jpeg',
        'image/x-bil;bits=32',
        'image/tiff&format_options=compression:deflate',
        'image/tiff&format_options=compression:lzw',
        'image/tiff&format_options=compression:packbits',
        'image/tiff&format_options=compression:raw',
      ],
    },
  },
  level('top', 'Niveau du haut.'),
  {
    name: 'harvest_extras',
    description: 'Paramètres ajoutés aux requêtes.',
    mandatory: false,
    constraints: { type: 'string' },
  },
  oneOf('tms', 'Découpage en tuiles ; hérité lors d’une mise à jour.', TILE_MATRIX_SET_IDS),
  oneOf('compression', 'Compression des tuiles.', ['raw', 'jpg', 'png', 'zip', 'jpg90']),
  oneOf('sampleformat', 'Format des canaux.', ['UINT8', 'FLOAT32']),
  {
    name: 'samplesperpixel',
    description: 'Nombre de canaux.',
    mandatory: false,
    constraints: { type: 'integer', minimum: 1, maximum: 4 },
  },
  {
    name: 'harvest_dimensions',
    description: 'Largeur et hauteur des images demandées, en pixels.',
    mandatory: false,
    constraints: { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 },
  },
  {
    name: 'harvest_threshold',
    description: 'Taille en octets sous laquelle une image est considérée comme vide.',
    mandatory: false,
    constraints: { type: 'integer', minimum: 0 },
  },
  {
    name: 'nodata',
    description: 'Valeur des pixels sans donnée, par canal.',
    mandatory: false,
    constraints: { type: 'array', items: { type: ['integer', 'string'] } },
  },
  ...SLAB,
];

export const VECTOR_TILES_PARAMETERS: readonly ProcessingParameter[] = [
  {
    name: 'composition',
    description: 'Tables, niveaux et attributs des couches de tuiles.',
    mandatory: true,
    constraints: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['table'],
        properties: {
          table: { type: 'string' },
          layer: { type: 'string' },
          bottom_level: { type: ['string', 'integer'] },
          top_level: { type: ['string', 'integer'] },
          filter: { type: 'string' },
          attributes: { type: ['array', 'string'], items: { type: 'string' } },
        },
      },
    },
  },
  level('bottom_level', 'Niveau du bas, si la composition ne le donne pas.'),
  level('top_level', 'Niveau du haut, si la composition ne le donne pas.'),
  {
    name: 'area',
    description: "Zone, en WKT (EPSG:4326) ; obligatoire si la base n'a pas d'emprise.",
    mandatory: false,
    constraints: { type: 'string' },
  },
  {
    name: 'tippecanoe_options',
    description: 'Options de généralisation.',
    mandatory: false,
    constraints: { type: 'string' },
  },
  ...SLAB,
];
