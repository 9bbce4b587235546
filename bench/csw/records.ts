import { iso19139 } from '../../fixtures/generate/metadata.js';
import type { Deps } from '../../src/deps.js';
import { indexRecord, recordFile } from '../../src/domain/record-index.js';
import type { Prisma } from '../../src/generated/prisma/client.js';
import { parseMetadata } from '../../src/ogc/iso/metadata.js';
import { CATALOGUE_ENDPOINT } from '../../test/helpers/records.js';
import { DATASTORE } from '../../test/helpers/seed.js';
import { createRandom } from '../lib/statistics.js';

/** Made-up records, the same at every run: words of a vocabulary, boxes over France. */

const VOCABULARY = 2000;
const WORDS = 40;

/** A word of the vocabulary: none is the beginning of another, and stemming leaves it alone. */
export function word(index: number): string {
  return `mot${String(index % VOCABULARY).padStart(4, '0')}b`;
}

export interface BenchRecord {
  readonly identifier: string;
  readonly xml: string;
}

export function makeRecords(count: number): BenchRecord[] {
  const random = createRandom(20_000);
  const words = (amount: number): string =>
    Array.from({ length: amount }, () => word(Math.floor(random() * VOCABULARY))).join(' ');
  return Array.from({ length: count }, (_, i) => {
    const identifier = `bench.${String(i).padStart(5, '0')}`;
    const [west, south] = [-5 + random() * 13, 42 + random() * 8];
    // pycsw keeps two decimals.
    const decimal = (value: number): number => Math.round(value * 100) / 100;
    const xml = iso19139({
      identifier,
      level: i % 10 === 0 ? 'series' : 'dataset',
      title: `Lot ${i} ${words(3)}`,
      abstract: words(WORDS),
      keywords: [words(1), words(1), words(1)],
      topics: ['environment'],
      organisation: `Organisme ${i % 50}`,
      modified: `20${String(10 + (i % 15))}-0${1 + (i % 9)}-15`,
      language: 'fre',
      formats: ['GPKG'],
      crs: 'EPSG:2154',
      box: [west, south, west + 0.2 + random(), south + 0.2 + random()].map(decimal) as [
        number,
        number,
        number,
        number,
      ],
      links: [{ url: `https://example.test/${identifier}`, protocol: 'OGC:WFS', name: identifier }],
      licence: 'Licence ouverte 2.0',
    });
    return { identifier, xml };
  });
}

const BATCH = 500;

/** Stores records and publishes them as the API does, many in one transaction. */
export async function publishRecords(deps: Deps, records: readonly BenchRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += BATCH) {
    const batch = records.slice(from, from + BATCH);
    await deps.prisma.$transaction(
      async (tx) => {
        for (const { identifier, xml } of batch) {
          const { content, level } = parseMetadata(xml);
          const metadata = await tx.metadata.create({
            data: {
              datastoreId: DATASTORE,
              type: 'ISOAP',
              level,
              fileIdentifier: identifier,
              content: content as unknown as Prisma.InputJsonObject,
              key: `metadata/${identifier}`,
              size: BigInt(xml.length),
            },
          });
          await tx.metadataPublication.create({ data: { metadataId: metadata.id, endpointId: CATALOGUE_ENDPOINT } });
          const file = recordFile(Buffer.from(xml), content);
          await indexRecord(deps, tx, metadata, {
            type: 'ISOAP',
            openData: false,
            endpointId: CATALOGUE_ENDPOINT,
            file,
          });
        }
      },
      { timeout: 120_000 },
    );
  }
  await deps.pool.query('VACUUM ANALYZE geopf.catalogue_record');
}
