import { badRequest } from '../errors.js';
import type { Deps } from '../deps.js';
import type { Prisma } from '../generated/prisma/client.js';
import { UnreadableFileError } from '../ogc/unreadable.js';
import { readFile } from './file-reader.js';

/** What is read of static files when they arrive, by type (spec lifecycle §6). */

export const STATIC_TYPES = ['GEOSERVER-FTL', 'GEOSERVER-STYLE', 'ROK4-STYLE', 'DERIVATION-SQL'] as const;
export type StaticType = (typeof STATIC_TYPES)[number];

/** A file as it was received. */
export interface StaticFile {
  readonly content: Buffer;
  readonly fileName: string;
  readonly mimeType: string;
}

/** What is known of a file once it is read. */
export interface Reading {
  /** What the API shows of it. */
  readonly typeInfos: Prisma.InputJsonObject;
  /** What the services use of it. */
  readonly content?: Prisma.InputJsonObject;
  /** French sentences for the producer. */
  readonly warnings: readonly string[];
}

/**
 * Reads what the platform shows and uses of a file.
 * @throws ApiError bad_request with a sentence per fault
 */
export async function readStaticFile(
  { config }: Pick<Deps, 'config'>,
  type: StaticType,
  { content }: StaticFile,
): Promise<Reading> {
  try {
    return await READERS[type](content, { strict: config.strict });
  } catch (error) {
    if (error instanceof UnreadableFileError) throw badRequest(...error.sentences);
    throw error;
  }
}

const READERS: Readonly<Record<StaticType, (content: Buffer, options: { strict: boolean }) => Promise<Reading>>> = {
  async 'GEOSERVER-STYLE'(content, options) {
    const sld = await readFile('GEOSERVER-STYLE', content, options);
    return {
      typeInfos: {
        used_attributes: [...sld.usedAttributes],
        min_scale_denominator: sld.minScaleDenominator,
        max_scale_denominator: sld.maxScaleDenominator,
      },
      content: { style: sld.style as unknown as Prisma.InputJsonObject },
      warnings: sld.warnings,
    };
  },
  async 'GEOSERVER-FTL'(content, options) {
    const { usedAttributes } = await readFile('GEOSERVER-FTL', content, options);
    return { typeInfos: { used_attributes: [...usedAttributes] }, warnings: [] };
  },
  async 'ROK4-STYLE'(content, options) {
    const { identifier, legend } = await readFile('ROK4-STYLE', content, options);
    return { typeInfos: { identifier, legend_url: legend?.url }, warnings: [] };
  },
  async 'DERIVATION-SQL'(content, options) {
    const { usedVariables } = await readFile('DERIVATION-SQL', content, options);
    return { typeInfos: { used_variables: [...usedVariables] }, warnings: [] };
  },
};
