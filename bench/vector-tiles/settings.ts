/** What both sides are told: geojson-vt counts its buffer in units, we in 256ths of a tile; both simplify by 3 units, the bottom level not at all. */
export const TOP = 0;
export const BOTTOM = 12;
export const EXTENT = 4096;
export const TOLERANCE = 3;
export const BUFFER = 80;
export const OPTIONS = '-S3 -pS -b5';
