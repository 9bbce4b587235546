import { randomUUID } from 'node:crypto';
import Type, { type Static } from 'typebox';
import type { StyleModel } from '../../ogc/sld/model.js';
import type { FeatureTable } from '../../ogc/feature-table.js';
import type { WmsLayer } from '../../ogc/wms/model.js';
import type { RelationInfo } from '../outcomes.js';
import {
  type ConfigurationTypeDefinition,
  type HeldStatic,
  type PublicationDeps,
  PublicationError,
  type PublicationRequest,
} from './definition.js';
import { boxFaults, layerBox } from './layer-box.js';
import { findRelation, hasGeometry, readTables, storedDataIdsOf, tableOf, usedRelations } from './relations.js';
import { Bbox, Keywords, NativeName, Uuid } from './shapes.js';
import { wmsUrls } from './wms-urls.js';

const WmsVectorTypeInfosSchema = Type.Object({
  title: Type.String(),
  abstract: Type.String(),
  keywords: Keywords,
  bbox: Bbox,
  used_data: Type.Array(
    Type.Object({
      stored_data: Uuid,
      relations: Type.Array(
        Type.Object({
          name: NativeName,
          style: Type.Optional(
            Type.String({
              format: 'uuid',
              description: 'Fichier statique GEOSERVER-STYLE. En son absence, un style bleu par défaut.',
            }),
          ),
          ftl: Type.Optional(Type.String({ format: 'uuid', description: 'Fichier statique GEOSERVER-FTL.' })),
        }),
        { minItems: 1 },
      ),
    }),
    { minItems: 1, description: 'La première relation est au-dessus, la dernière en dessous.' },
  ),
});

type WmsVectorTypeInfos = Static<typeof WmsVectorTypeInfosSchema>;

const relationsOf = (typeInfos: WmsVectorTypeInfos) => usedRelations(typeInfos, (relation) => relation.name);

/** Members of a relation that name static files, with the type these have. */
const STATICS = { style: 'GEOSERVER-STYLE', ftl: 'GEOSERVER-FTL' } as const;

/** Maps of tables, drawn with SLD (spec diffusion §5). */
export const wmsVector = {
  schema: WmsVectorTypeInfosSchema,
  storedDataTypes: ['VECTOR-DB'],

  uses(typeInfos: WmsVectorTypeInfos) {
    const used = relationsOf(typeInfos);
    const statics = used.flatMap(({ relation: { style, ftl } }) => [style ?? [], ftl ?? []].flat());
    return {
      storedDataIds: storedDataIdsOf(used),
      staticIds: [...new Set(statics.map((id) => id.toLowerCase()))],
    };
  },

  faults(typeInfos: WmsVectorTypeInfos, held) {
    const faults = boxFaults(typeInfos.bbox, held.storedData.values());
    for (const used of relationsOf(typeInfos)) {
      const relation = findRelation(used, held, faults);
      if (relation === undefined) continue;
      for (const field of ['style', 'ftl'] as const) {
        const file = held.statics.get(used.relation[field]?.toLowerCase() ?? '');
        if (file !== undefined) faults.push(...staticFaults(`${used.path}.${field}`, STATICS[field], file, relation));
      }
      if (!hasGeometry(relation)) {
        faults.push(`${used.path} : la table "${relation.name}" n'a pas de géométrie à dessiner.`);
      }
    }
    return faults;
  },

  urls: (_typeInfos: WmsVectorTypeInfos, layerName, services) => wmsUrls(layerName, services),

  /** The default bbox is the one around all the data. */
  async publish(
    deps: PublicationDeps,
    { offeringId, layerName, typeInfos }: PublicationRequest<WmsVectorTypeInfos>,
  ): Promise<WmsLayer> {
    const used = relationsOf(typeInfos);
    const sources = await readTables(deps, used);
    const styles = await readStyles(
      deps,
      used.flatMap(({ relation }) => relation.style?.toLowerCase() ?? []),
    );
    return {
      offering: offeringId,
      revision: randomUUID(),
      name: layerName,
      title: typeInfos.title,
      abstract: typeInfos.abstract,
      keywords: typeInfos.keywords ?? [],
      bbox: layerBox(typeInfos.bbox, sources.values()),
      relations: used.map((item) => {
        const source = tableOf(sources, item);
        const style = styles.get(item.relation.style?.toLowerCase() ?? '');
        assertAttributes(style, source);
        return { name: item.table, source, style: style?.model ?? null, styleName: style?.name ?? null };
      }),
    };
  },
} satisfies ConfigurationTypeDefinition;

function staticFaults(path: string, type: string, file: HeldStatic, relation: RelationInfo): string[] {
  if (file.type !== type) {
    return [`${path} : le fichier statique ${file.id} est de type ${file.type} au lieu de ${type}.`];
  }
  const { used_attributes: attributes = [] } = (file.typeInfos ?? {}) as { used_attributes?: string[] };
  return attributes
    .filter((name) => !Object.hasOwn(relation.attributes, name))
    .map(
      (name) =>
        `${path} : l'attribut "${name}" utilisé par « ${file.name} » n'existe pas dans la table "${relation.name}".`,
    );
}

interface SourceStyle {
  readonly name: string;
  readonly model: StyleModel;
  readonly usedAttributes: readonly string[];
}

/** Styles by the id of their static file. @throws PublicationError when one is gone */
async function readStyles(
  { prisma }: Pick<PublicationDeps, 'prisma'>,
  ids: readonly string[],
): Promise<Map<string, SourceStyle>> {
  const records = await prisma.static.findMany({ where: { id: { in: [...new Set(ids)] } } });
  const styles = new Map<string, SourceStyle>();
  for (const { id, name, content, typeInfos } of records) {
    // Written by src/domain/statics.ts for GEOSERVER-STYLE, which the configuration's checks require.
    const { style } = content as unknown as { style: StyleModel };
    const { used_attributes } = typeInfos as { used_attributes: string[] };
    styles.set(id, { name, model: style, usedAttributes: used_attributes });
  }
  const missing = ids.find((id) => !styles.has(id));
  if (missing !== undefined) throw new PublicationError(`Le fichier statique ${missing} n'existe plus.`);
  return styles;
}

/** @throws PublicationError when the table lacks an attribute of the style, which may name its geometry too */
function assertAttributes(style: SourceStyle | undefined, { table, columns, geometry }: FeatureTable): void {
  const absent = (style?.usedAttributes ?? []).filter(
    (name) => name !== geometry?.column && !columns.some((column) => column.name === name),
  );
  if (absent.length > 0) {
    throw new PublicationError(
      `Le style ${style?.name} utilise des attributs absents de la table ${table} : ${absent.join(', ')}.`,
    );
  }
}
