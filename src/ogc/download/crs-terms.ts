const URL_FORM = /\/def\/crs\/([A-Za-z]+)\/[^/]*\/([A-Za-z0-9]+)\/?$/;
const URN_FORM = /^urn:(?:x-)?ogc:def:crs:([A-Za-z]+):[^:]*:([A-Za-z0-9]+)$/i;

/** One spelling of a reference system, to compare the others by: `EPSG:2154`. Anything else is left as it is. */
export function crsTerm(text: string): string {
  const code = text.trim();
  if (/^\d+$/.test(code)) return `EPSG:${code}`;
  const [, authority, name] = URL_FORM.exec(code) ?? URN_FORM.exec(code) ?? [];
  return (authority === undefined || name === undefined ? code : `${authority}:${name}`).toUpperCase();
}

/** The address that feeds name a reference system by. */
export function crsUrl(term: string): string {
  const [authority = '', code = ''] = crsTerm(term).split(':');
  return `https://www.opengis.net/def/crs/${encodeURIComponent(authority)}/0/${encodeURIComponent(code)}`;
}
