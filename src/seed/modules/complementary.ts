import type { EntityModule } from '../module.js';

/** Annexes, metadata and personal documents, with their files. */
export const complementaryModule: EntityModule = {
  name: 'complementary',
  tables: [
    'annex_path',
    'annex',
    'catalogue_record',
    'metadata_publication',
    'metadata',
    'document_sharing',
    'document',
  ],
  async clear({ storage }) {
    for (const tree of ['annexes', 'metadata', 'documents']) await storage.removeTree(tree);
  },
};
