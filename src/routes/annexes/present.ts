import type { AnnexRecord } from '../../domain/annex-reads.js';
import { presentDates, presentOptional } from '../present.js';

/** An annex in a list. */
export function presentAnnexItem(annex: AnnexRecord) {
  return {
    _id: annex.id,
    ...presentDates(annex),
    paths: [...annex.paths],
    size: Number(annex.size),
    mime_type: annex.mimeType,
    published: annex.published,
    labels: annex.labels,
  };
}

/** An annex in full. */
export function presentAnnex(annex: AnnexRecord) {
  return { ...presentAnnexItem(annex), ...presentOptional({ extra: annex.extra as Record<string, unknown> | null }) };
}
