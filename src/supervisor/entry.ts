import { once } from 'node:events';
import { addToEnvironment } from '../config.js';
import type { StartMessage } from './child.js';

/**
 * Entry of the processes that the supervisor starts (`entry.js server|worker`). Loading the code takes as
 * long as starting PostgreSQL: both are done at once, then the process runs with the variables received.
 */
const [name] = process.argv.slice(2);
const asked = once(process, 'message');
await (name === 'server' ? import('../app.js') : import('../workers/runner.js'));
await import('../deps.js');
const [message] = (await asked) as [StartMessage];
addToEnvironment(message.environment);
await (name === 'server' ? import('../server.js') : import('../worker.js'));
