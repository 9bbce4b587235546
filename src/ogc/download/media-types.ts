/** Media types that the platform gives to files of archives (spec diffusion §8); what else there is, is bytes. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  shp: 'application/x-shapefile',
  cpg: 'image/x-cpg',
  prj: 'image/x-prj',
  '7z': 'application/x-7z-compressed',
  parquet: 'application/vnd.apache.parquet',
  geoparquet: 'application/vnd.apache.parquet',
};

/** A volume of an archive in several files: `data.7z.001`. */
const VOLUME = /\.(?:7z|zip)\.\d{3,}$/i;

/** Whether a file is a volume of an archive that was split. */
export function isVolume(name: string): boolean {
  return VOLUME.test(name);
}

/** The media type of a file, by its extension; a volume has that of its archive. */
export function mediaTypeOf(name: string): string {
  const whole = isVolume(name) ? name.replace(/\.\d+$/, '') : name;
  const extension = /\.([^.]+)$/.exec(whole)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(MEDIA_TYPES, extension)
    ? (MEDIA_TYPES[extension] ?? 'application/octet-stream')
    : 'application/octet-stream';
}
