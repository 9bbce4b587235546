import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An unprivileged system account. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account that private services run under: `null` (our own) unless we are root, which
 * PostgreSQL refuses; then `postgres` when the system has it, `nobody` otherwise.
 */
export async function serviceAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch (error) {
      if (name === 'nobody') throw error;
    }
  }
  return null;
}

/**
 * The folder of the private services of a DATA_DIR, created when absent: DATA_DIR itself, or, when the
 * account cannot enter it, a system folder named after a hash of DATA_DIR and recorded in
 * `DATA_DIR/location` (architecture §5).
 */
export async function serviceFolder(dataDir: string, account: Account | null): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  if (account === null || (await canEnter(account, dataDir))) return dataDir;
  const folder = join('/var/lib/geopf-local', createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  await mkdir(folder, { recursive: true });
  if (!(await canEnter(account, folder)))
    throw new Error(`l'utilisateur ${account.name} ne peut pas entrer dans ${folder}`);
  await writeFile(join(dataDir, 'location'), `${folder}\n`);
  return folder;
}

/** Creates a folder owned by the account and closed to the others. */
export async function ownedFolder(folder: string, account: Account | null): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account !== null) await chown(folder, account.uid, account.gid);
  const { uid } = await stat(folder);
  if (uid !== (account?.uid ?? process.getuid?.())) throw new Error(`${folder} appartient à un autre utilisateur`);
}

/** Command line that runs a program under the account, killed with `signal` when we die. */
export function asAccount(account: Account | null, signal: 'INT' | 'TERM', command: readonly string[]): string[] {
  const identity =
    account === null ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', '--reset-env'];
  return ['setpriv', ...identity, `--pdeathsig=${signal}`, '--', ...command];
}

async function canEnter(account: Account, folder: string): Promise<boolean> {
  const [command = '', ...args] = asAccount(account, 'TERM', ['test', '-x', folder]);
  try {
    await run(command, args, { cwd: '/' });
    return true;
  } catch {
    return false;
  }
}
