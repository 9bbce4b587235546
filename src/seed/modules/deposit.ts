import type { EntityModule } from '../module.js';

/** Uploads with their files and sharings, and check executions. */
export const depositModule: EntityModule = {
  name: 'deposit',
  tables: ['upload_sharing', 'check_execution', 'upload_file', 'upload'],
  async clear({ storage }) {
    await storage.removeTree('uploads');
  },
};
