/**
 * Lambert-93 (RGF93, EPSG:2154) by the formulas of its definition, and the Mercator of the web: positions that tests
 * know without the library they test.
 */

const A = 6378137;
const E2 = 0.00669438002290079;
const E = Math.sqrt(E2);
const RADIANS = Math.PI / 180;

const m = (phi: number) => Math.cos(phi) / Math.sqrt(1 - E2 * Math.sin(phi) ** 2);
const t = (phi: number) =>
  Math.tan(Math.PI / 4 - phi / 2) / ((1 - E * Math.sin(phi)) / (1 + E * Math.sin(phi))) ** (E / 2);

const [PHI1, PHI2, PHI0] = [49 * RADIANS, 44 * RADIANS, 46.5 * RADIANS];
const N = (Math.log(m(PHI1)) - Math.log(m(PHI2))) / (Math.log(t(PHI1)) - Math.log(t(PHI2)));
const F = m(PHI1) / (N * t(PHI1) ** N);
const RHO0 = A * F * t(PHI0) ** N;

/** Easting and northing of a longitude and a latitude, in degrees. */
export function toLambert93(longitude: number, latitude: number): [number, number] {
  const rho = A * F * t(latitude * RADIANS) ** N;
  const theta = N * (longitude - 3) * RADIANS;
  return [700000 + rho * Math.sin(theta), 6600000 + RHO0 - rho * Math.cos(theta)];
}

/** Longitude and latitude, in degrees, of a point of EPSG:3857. */
export function fromWebMercator(x: number, y: number): [number, number] {
  return [x / A / RADIANS, (2 * Math.atan(Math.exp(y / A)) - Math.PI / 2) / RADIANS];
}
