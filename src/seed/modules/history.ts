import type { EntityModule } from '../module.js';

/** Comments, events, warnings, logs, traffic and mail of whatever entity. */
export const historyModule: EntityModule = {
  name: 'history',
  tables: ['comment', 'event', 'warning', 'log_line', 'hit', 'mail'],
};
