import type { EntityModule } from '../module.js';

/** Statics, configurations and offerings. */
export const diffusionModule: EntityModule = {
  name: 'diffusion',
  tables: [
    'offering_sharing',
    'offering',
    'configuration_stored_data',
    'configuration_static',
    'configuration',
    'static',
  ],
  async clear({ storage }) {
    await storage.removeTree('statics');
  },
};
