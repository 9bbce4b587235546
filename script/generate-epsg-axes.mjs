#!/usr/bin/env node
/**
 * Writes src/geo/epsg-axes.ts from the PROJ database.
 *
 *   node script/generate-epsg-axes.mjs [/usr/share/proj/proj.db]
 *
 * Needs the `sqlite3` command (Debian package of the same name). Run it after a PROJ upgrade; the result is committed.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const database = process.argv[2] ?? '/usr/share/proj/proj.db';
const target = fileURLToPath(new URL('../src/geo/epsg-axes.ts', import.meta.url));

// Horizontal CRSs, plus compound ones through their horizontal part; the name of the first axis says the order
// (orientations do not: both axes of a polar CRS may point north).
const FIRST_AXES = `
  with horizontal as (
    select auth_name, code, coordinate_system_code as cs, 0 as geographic from projected_crs
    union select auth_name, code, coordinate_system_code, 1 from geodetic_crs where type <> 'geocentric'),
  crs as (
    select cast(code as integer) as code, cs, geographic from horizontal where auth_name = 'EPSG'
    union select cast(c.code as integer), h.cs, h.geographic from compound_crs c
      join horizontal h on h.auth_name = c.horiz_crs_auth_name and h.code = c.horiz_crs_code
      where c.auth_name = 'EPSG')
  select crs.code as code, crs.geographic as geographic, axis.name as axis from crs
    join axis on axis.coordinate_system_auth_name = 'EPSG'
      and axis.coordinate_system_code = crs.cs and axis.coordinate_system_order = 1`;
const NORTHING_NAMES = new Set(['Northing', 'Southing', 'Geodetic latitude']);

const query = (sql) => JSON.parse(execFileSync('sqlite3', ['-readonly', '-json', database, sql], { encoding: 'utf8' }));
const rows = query(FIRST_AXES);
const version = query("select value from metadata where key = 'EPSG.VERSION'")[0].value;

/** "1-3 7" for [1, 2, 3, 7]. */
function ranges(codes) {
  const found = [];
  for (const code of codes.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === code - 1) last[1] = code;
    else if (last === undefined || last[1] !== code) found.push([code, code]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
}

/** A string literal cut into lines of the width the formatter keeps. */
function literal(words) {
  const lines = [];
  for (const word of words) {
    if (lines.length > 0 && lines.at(-1).length + word.length < 108) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines.map((line, i) => `  '${line}${i < lines.length - 1 ? ' ' : ''}'`).join(' +\n');
}

writeFileSync(
  target,
  `/**
 * Which EPSG codes exist, which are geographic and which put northing (or latitude) first, from EPSG ${version}.
 *
 * Generated from the PROJ database by \`node script/generate-epsg-axes.mjs [proj.db]\`; do not edit.
 * Space-separated codes and inclusive ranges. Horizontal and compound CRSs; geocentric and vertical ones are left out.
 */

/** Every EPSG code of a horizontal or compound CRS, deprecated ones included. */
export const KNOWN_EPSG_CODES: string =
${literal(ranges(rows.map((row) => row.code)))};

/** Those whose first axis is a northing, southing or latitude. */
export const NORTHING_FIRST_EPSG_CODES: string =
${literal(ranges(rows.filter((row) => NORTHING_NAMES.has(row.axis)).map((row) => row.code)))};

/** Those measured in degrees (or grads), not in lengths. */
export const GEOGRAPHIC_EPSG_CODES: string =
${literal(ranges(rows.filter((row) => row.geographic === 1).map((row) => row.code)))};
`,
);
