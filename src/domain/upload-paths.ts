import { badRequest } from '../errors.js';

/** Longest path of a file of an upload, and longest name in it, in bytes of UTF-8. */
const MAX_PATH_BYTES = 1024;
const MAX_NAME_BYTES = 255;

/**
 * Checks the path a producer gives to a file: relative, `/` between names, nothing that could leave
 * the upload or confuse a file system (access.md §9). It names the file, it never locates it: bytes
 * are kept under keys of ours.
 * @throws ApiError bad_request, one sentence
 */
export function checkedPath(path: string | undefined): string {
  if (path === undefined || path === '') throw badRequest('Le paramètre "path" est obligatoire.');
  const fault = path.startsWith('/') ? 'il doit être relatif' : pathFault(path);
  if (fault !== null) throw badRequest(`Le paramètre "path" est invalide : ${fault}.`);
  return path;
}

/** What makes a relative path hostile or unreadable, to be said after « invalide : »; `null` for a good one. */
export function pathFault(path: string): string | null {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `il dépasse ${MAX_PATH_BYTES} octets`;
  if (path.includes('\\')) return 'il contient une barre oblique inverse';
  if (hasControlCharacter(path)) return 'il contient un caractère de contrôle';
  for (const name of path.split('/')) {
    if (name === '') return 'il contient un nom vide';
    if (name === '.' || name === '..') return `il contient « ${name} »`;
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `il contient un nom de plus de ${MAX_NAME_BYTES} octets`;
  }
  return null;
}

/** NUL, other C0 controls and DEL. */
function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}

/** The folders above a path, outermost first: `a/b/c.txt` → `a`, `a/b`. */
export function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** A node of the tree of an upload; a folder weighs what it contains. */
export interface TreeNode {
  type: 'DIRECTORY' | 'FILE';
  name: string;
  /** Bytes. */
  size: number;
  children?: TreeNode[];
}

/** The tree of files given by path, names sorted. */
export function buildTree(files: readonly { path: string; size: number }[]): TreeNode[] {
  const root: TreeNode[] = [];
  const folders = new Map<string, TreeNode>();
  for (const file of files) {
    let siblings = root;
    for (const parent of parentsOf(file.path)) {
      let folder = folders.get(parent);
      if (folder === undefined) {
        folder = { type: 'DIRECTORY', name: baseName(parent), size: 0, children: [] };
        folders.set(parent, folder);
        siblings.push(folder);
      }
      folder.size += file.size;
      siblings = folder.children ?? [];
    }
    siblings.push({ type: 'FILE', name: baseName(file.path), size: file.size });
  }
  sortByName(root);
  for (const folder of folders.values()) sortByName(folder.children ?? []);
  return root;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** By code point: the same order on every machine, whatever its locale. */
function sortByName(nodes: TreeNode[]): void {
  nodes.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
