import { Worker } from 'node:worker_threads';

/**
 * Runs a module as a thread, which takes some 50 ms to start: others are being served meanwhile.
 * @param entry posts one answer, then ends
 * @param data plain data that the module finds as `workerData`
 * @param limitMs longest life of the thread
 * @returns what the module posted; `null` when it took too long
 */
export function runInThread<Answer>(entry: URL, data: unknown, limitMs: number): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(entry, { workerData: data });
    const limit = setTimeout(() => {
      resolve(null);
      void thread.terminate();
    }, limitMs);
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`the thread of ${entry.pathname} ended (code ${code})`));
    });
  });
}
