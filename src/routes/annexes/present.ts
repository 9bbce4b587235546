import type { AnnexRecord } from '../../domain/annex-reads.js';
import { presentDates, presentOptional, presentPlace } from '../present.js';

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

/** An annex in a list that goes beyond one datastore. */
export function presentExtendedAnnexItem(annex: AnnexRecord) {
  return { ...presentAnnexItem(annex), ...presentPlace(annex.place) };
}

/** An annex in full, with where it lives. */
export function presentExtendedAnnex(annex: AnnexRecord) {
  return { ...presentAnnex(annex), ...presentPlace(annex.place) };
}
