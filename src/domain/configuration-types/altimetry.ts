import Type, { type Static } from 'typebox';
import type { AltimetryResource, MeasureText, PixelGrid } from '../../ogc/alti/model.js';
import { extentBox } from '../extent.js';
import type { RasterPyramidInfos } from '../outcomes.js';
import { finestLevel, gridFaults, type UsedGrid } from './altimetry-grids.js';
import {
  type ConfigurationTypeDefinition,
  type PublicationDeps,
  PublicationError,
  type PublicationRequest,
} from './definition.js';
import { boxFaults, isBox, layerBox } from './layer-box.js';
import { Bbox, Keywords, Uuid } from './shapes.js';

const Text = Type.Union(
  [
    Type.Object({ value: Type.String() }),
    Type.Object({
      mapping: Type.Record(Type.String(), Type.String(), {
        description: 'Texte de chaque valeur de pixel : `{"1": "Lidar"}`.',
      }),
      stored_data: Uuid,
    }),
  ],
  { description: "Texte fixe, ou celui de la valeur d'un pixel d'une pyramide à un canal entier." },
);

const AltimetryTypeInfosSchema = Type.Object({
  title: Type.String(),
  abstract: Type.String(),
  keywords: Keywords,
  bbox: Bbox,
  used_data: Type.Array(
    Type.Object({
      title: Type.String(),
      stored_data: Uuid,
      source: Text,
      accuracy: Text,
      bbox: Bbox,
    }),
    { minItems: 1, description: 'Pyramides à un canal réel : la première qui couvre un point donne son altitude.' },
  ),
});

type AltimetryTypeInfos = Static<typeof AltimetryTypeInfosSchema>;

const TEXTS = ['source', 'accuracy'] as const;

/** The pyramids that it names, in its order, with what their pixels must be. */
function gridsOf({ used_data }: AltimetryTypeInfos): UsedGrid[] {
  return used_data.flatMap((used, i): UsedGrid[] => {
    const path = `type_infos.used_data[${i}]`;
    const mappings = TEXTS.flatMap((member): UsedGrid[] => {
      const text = used[member];
      if ('value' in text) return [];
      return [{ storedDataId: text.stored_data.toLowerCase(), sample: 'UINT8', path: `${path}.${member}` }];
    });
    return [{ storedDataId: used.stored_data.toLowerCase(), sample: 'FLOAT32', path }, ...mappings];
  });
}

/** Elevations of pyramids (spec diffusion §10.1). */
export const altimetry = {
  schema: AltimetryTypeInfosSchema,
  storedDataTypes: ['ROK4-PYRAMID-RASTER'],

  uses: (typeInfos: AltimetryTypeInfos) => ({
    storedDataIds: [...new Set(gridsOf(typeInfos).map(({ storedDataId }) => storedDataId))],
    staticIds: [],
  }),

  faults: (typeInfos: AltimetryTypeInfos, held) => [
    ...boxFaults(
      typeInfos.bbox,
      typeInfos.used_data.flatMap(({ stored_data }) => held.storedData.get(stored_data.toLowerCase()) ?? []),
    ),
    ...typeInfos.used_data.flatMap(({ bbox }, i) =>
      bbox === undefined || isBox(bbox)
        ? []
        : [`Le champ "type_infos.used_data[${i}].bbox" doit vérifier west ≤ east et south ≤ north.`],
    ),
    ...gridFaults(gridsOf(typeInfos), held),
    ...typeInfos.used_data.flatMap((used, i) =>
      TEXTS.flatMap((member) => mappingFaults(used[member], `type_infos.used_data[${i}].${member}`)),
    ),
  ],

  urls: (_typeInfos: AltimetryTypeInfos, layerName, services) =>
    services
      .filter(({ type }) => type === 'ALTIMETRY')
      .map(({ type, path }) => ({ type, url: `${path}/resources/${layerName}` })),

  publish,
} satisfies ConfigurationTypeDefinition;

function mappingFaults(text: AltimetryTypeInfos['used_data'][number]['source'], path: string): string[] {
  if ('value' in text) return [];
  const values = Object.keys(text.mapping);
  if (values.length === 0) return [`${path}.mapping : au moins une valeur de pixel est attendue.`];
  return values
    .filter((value) => !/^(0|[1-9]\d{0,2})$/.test(value) || Number(value) > 255)
    .map((value) => `${path}.mapping : "${value}" n'est pas une valeur de pixel, un entier de 0 à 255.`);
}

/**
 * The resource, on the finest levels that its pyramids have now.
 * @throws PublicationError when a pyramid is not there any more
 */
async function publish(
  { prisma }: Pick<PublicationDeps, 'prisma'>,
  { offeringId, layerName, typeInfos }: PublicationRequest<AltimetryTypeInfos>,
): Promise<AltimetryResource> {
  const ids = [...new Set(gridsOf(typeInfos).map(({ storedDataId }) => storedDataId))];
  const records = await prisma.storedData.findMany({ where: { id: { in: ids } } });
  const found = new Map(records.map((record) => [record.id, record]));
  const recordOf = (id: string) => {
    const record = found.get(id.toLowerCase());
    if (record === undefined || record.filesKey === null) {
      throw new PublicationError(`La donnée stockée ${id} n'est pas encore générée.`);
    }
    return record;
  };
  const gridOf = (storedDataId: string): PixelGrid => {
    const { id, typeInfos: known } = recordOf(storedDataId);
    const infos = known as unknown as RasterPyramidInfos;
    return { storedData: id, tileMatrixSet: infos.tms, level: finestLevel(infos) };
  };
  const textOf = (text: AltimetryTypeInfos['used_data'][number]['source']): MeasureText =>
    'value' in text ? { value: text.value } : { mapping: text.mapping, grid: gridOf(text.stored_data) };
  const { title, abstract, keywords = [], bbox, used_data } = typeInfos;
  return {
    offering: offeringId,
    name: layerName,
    title,
    abstract,
    keywords,
    bbox: layerBox(
      bbox,
      used_data.map((used) => ({ box: extentBox(recordOf(used.stored_data).extent) })),
    ),
    sources: used_data.map((used) => ({
      title: used.title,
      bbox: used.bbox ?? null,
      elevations: gridOf(used.stored_data),
      source: textOf(used.source),
      accuracy: textOf(used.accuracy),
    })),
  };
}
