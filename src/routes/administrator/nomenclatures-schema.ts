import { Type } from 'typebox';
import { NOMENCLATURE_TYPES } from '../../catalogue/nomenclatures.js';
import { PageQuery } from '../lists.js';
import { Uuid } from '../schemas.js';

const NomenclatureTypeSchema = Type.Enum([...NOMENCLATURE_TYPES]);
const Text = Type.String({ minLength: 1, maxLength: 255 });

export const NomenclatureParams = Type.Object({ nomenclature: Uuid });

export const NomenclaturesQuery = Type.Object({ ...PageQuery.properties, type: Type.Optional(NomenclatureTypeSchema) });

export const CreateNomenclatureBody = Type.Object(
  { type: NomenclatureTypeSchema, label: Text, term: Text },
  { title: 'NomenclatureCreateDto' },
);

export const PatchNomenclatureBody = Type.Object({ label: Text }, { title: 'NomenclatureUpdateDto' });

export const NomenclatureSchema = Type.Object(
  { _id: Uuid, type: NomenclatureTypeSchema, term: Type.String(), label: Type.String() },
  { title: 'NomenclatureAdminResponseDto' },
);
