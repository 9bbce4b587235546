import { Type } from 'typebox';
import { NOMENCLATURE_TYPES } from '../../catalogue/nomenclatures.js';
import { PageQuery } from '../lists.js';

const Text = Type.Optional(
  Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' }),
);

export const NomenclatureTypeSchema = Type.Enum([...NOMENCLATURE_TYPES]);

export const NomenclaturesQuery = Type.Object({
  ...PageQuery.properties,
  type: Type.Optional(NomenclatureTypeSchema),
  term: Text,
  label: Text,
});

export const NomenclatureSchema = Type.Object(
  { type: NomenclatureTypeSchema, label: Type.String(), term: Type.String() },
  { title: 'NomenclatureResponseDto' },
);

export const TmsParams = Type.Object({ tms: Type.String({ description: 'Identifiant, par exemple PM.' }) });

export const TmsQuery = Type.Object({
  ...PageQuery.properties,
  type: Type.Optional(
    Type.String({ description: 'Identifiant ; % remplace zéro ou plusieurs caractères ; la casse est ignorée.' }),
  ),
  srs: Text,
  resolution: Type.Optional(Type.Number({ description: "Résolution d'un des niveaux." })),
});

export const TmsItemSchema = Type.Object({ _id: Type.String(), srs: Type.String() }, { title: 'TileMatrixSetListDto' });

export const TmsSchema = Type.Object(
  {
    ...TmsItemSchema.properties,
    levels: Type.Array(
      Type.Object(
        { id: Type.String(), resolution: Type.Number({ description: "Taille d'un pixel, en unités du SRS." }) },
        { title: 'TileMatrixSetLevelDto' },
      ),
    ),
  },
  { title: 'TileMatrixSetDetailResponseDto' },
);

const Numbers = Type.Array(Type.Number(), { minItems: 2, maxItems: 2 });

export const TmsFileSchema = Type.Object(
  {
    id: Type.String(),
    crs: Type.String(),
    orderedAxes: Type.Array(Type.String()),
    tileMatrices: Type.Array(
      Type.Object({
        id: Type.String(),
        scaleDenominator: Type.Number(),
        cellSize: Type.Number(),
        pointOfOrigin: Numbers,
        tileWidth: Type.Integer(),
        tileHeight: Type.Integer(),
        matrixWidth: Type.Integer(),
        matrixHeight: Type.Integer(),
      }),
    ),
  },
  { title: 'TileMatrixSetFile', description: "Encodage JSON de l'OGC (17-083), version 2.0." },
);
