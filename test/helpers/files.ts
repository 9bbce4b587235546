import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestApp } from './app.js';

/** A form with one file and text parts; a list is a repeated part. */
export function formWith(
  content: string | Uint8Array<ArrayBuffer>,
  fields: Readonly<Record<string, string | readonly string[]>> = {},
  file: { name?: string; type?: string } = {},
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one);
  form.append('file', new Blob([content], { type: file.type ?? '' }), file.name ?? 'x.txt');
  return form;
}

/** Names of the stored files below a tree, and of the transfers that never ended. */
export async function storedFiles({ config }: Pick<TestApp, 'config'>, tree: string): Promise<string[]> {
  const list = (folder: string) =>
    readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  return [...(await list(join(config.dataDir, 'files', tree))), ...(await list(join(config.dataDir, 'tmp')))];
}

/** The statuses of answers that came in any order, lowest first. */
export function statusesOf(answers: readonly { readonly status: number }[]): number[] {
  return answers.map(({ status }) => status).sort((one, other) => one - other);
}
