import { removeMailFiles } from '../../domain/mails.js';
import type { EntityModule } from '../module.js';

/** Comments, events, warnings, logs, callbacks, traffic and mail of whatever entity. */
export const historyModule: EntityModule = {
  name: 'history',
  tables: ['comment', 'event', 'warning', 'log_line', 'pending_callback', 'hit', 'mail'],
  async clear({ config }) {
    await removeMailFiles(config);
  },
};
