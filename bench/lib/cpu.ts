import { readFile } from 'node:fs/promises';

/** Seconds of processor that a process and its children, ended ones included, have used (Linux). */
export async function processorTime(pid: number): Promise<number> {
  const [stat, tasks] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'),
  ]);
  // utime, stime, cutime and cstime (proc(5)), counted behind the name, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  const living = await Promise.all(
    tasks
      .split(' ')
      .filter((id) => id !== '')
      // One that ends meanwhile is counted by its parent.
      .map((id) => processorTime(Number(id)).catch(() => 0)),
  );
  return ticks / TICKS + living.reduce((sum, each) => sum + each, 0);
}

/** Ticks per second: sysconf(_SC_CLK_TCK) is 100 on every Linux that Node runs on. */
const TICKS = 100;
