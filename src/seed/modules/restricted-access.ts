import type { EntityModule } from '../module.js';

/** Keys, permissions and accesses. */
export const restrictedAccessModule: EntityModule = {
  name: 'restricted-access',
  tables: ['access', 'permission_offering', 'permission', 'user_key'],
};
