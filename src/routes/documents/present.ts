import type { DocumentRecord } from '../../domain/document-reads.js';
import type { ApiUser } from '../../generated/prisma/client.js';
import { presentDates, presentOptional } from '../present.js';

/** A personal document. `origin` starts its anonymous address. */
export function presentDocument(document: DocumentRecord, origin: string) {
  const { publicName, description, extra } = document;
  return {
    _id: document.id,
    ...presentDates(document),
    name: document.name,
    size: Number(document.size),
    mime_type: document.mimeType,
    labels: document.labels,
    ...presentOptional({
      description,
      public_url: publicName === null ? null : `${origin}/documents/${publicName}`,
      extra: extra as Record<string, unknown> | null,
    }),
  };
}

/** Somebody that a document is shared with. */
export function presentReader(user: ApiUser) {
  return {
    _id: user.id,
    ...presentDates({ creation: user.creation }),
    first_name: user.firstName,
    last_name: user.lastName,
  };
}
