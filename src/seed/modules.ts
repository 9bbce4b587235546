import type { EntityModule } from './module.js';
import { catalogueModule } from './modules/catalogue.js';
import { complementaryModule } from './modules/complementary.js';
import { depositModule } from './modules/deposit.js';
import { diffusionModule } from './modules/diffusion.js';
import { historyModule } from './modules/history.js';
import { identityModule } from './modules/identity.js';
import { restrictedAccessModule } from './modules/restricted-access.js';
import { storedDataModule } from './modules/stored-data.js';
import { workspacesModule } from './modules/workspaces.js';

/** Every family, in the order of seeding; a reset empties them in the opposite order. */
export const ENTITY_MODULES: readonly EntityModule[] = [
  identityModule,
  catalogueModule,
  workspacesModule,
  depositModule,
  storedDataModule,
  diffusionModule,
  complementaryModule,
  restrictedAccessModule,
  historyModule,
];

/** Registry tables that a reset leaves alone: the instance's identity, its signing keys and its counters. */
export const KEPT_TABLES = ['setting', 'signing_key', 'epoch', '_prisma_migrations'];
