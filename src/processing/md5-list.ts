/** Lists of MD5 digests that producers deliver (lifecycle §2.2): one line per file, `<32 hex><two spaces><path>`. */

export interface Md5Line {
  /** From 1. */
  readonly number: number;
  /** 32 hexadecimal digits, lower case. */
  readonly digest: string;
  /** Path of the file from the root of the upload. */
  readonly path: string;
}

export interface Md5Fault {
  readonly number: number;
  /** French sentence. */
  readonly reason: string;
}

/**
 * Reads a list. A line that is not one, or whose path could leave the upload, is a fault; blank lines are skipped. The
 * separator of `md5sum --binary` (` *`) and a leading byte order mark are accepted.
 */
export function parseMd5List(text: string): { lines: Md5Line[]; faults: Md5Fault[] } {
  const lines: Md5Line[] = [];
  const faults: Md5Fault[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const number = index + 1;
    const line = raw.replace(/\r$/, '');
    if (line.trim() === '') continue;
    const match = /^([0-9A-Fa-f]{32}) [ *](.+)$/.exec(line);
    const digest = match?.[1];
    const path = match?.[2];
    if (digest === undefined || path === undefined) {
      faults.push({ number, reason: 'la ligne ne suit pas le format « empreinte  chemin »' });
    } else if (!isInside(path)) {
      faults.push({ number, reason: 'le chemin sort de la livraison' });
    } else {
      lines.push({ number, digest: digest.toLowerCase(), path: path.replace(/^\.\//, '') });
    }
  }
  return { lines, faults };
}

/** Whether a path stays below the root of the upload. */
function isInside(path: string): boolean {
  const names = path.replace(/^\.\//, '').split('/');
  return !path.includes('\\') && names.every((name) => name !== '' && name !== '.' && name !== '..');
}
