import type Gdal from 'gdal-async';
import { boxGeometry, toWkt } from '../../filter/geometry.js';
import type { Bbox } from '../../geo/bbox.js';
import { DataFault } from '../data-fault.js';
import { gdal } from '../gdal.js';

/** The part of the world that is harvested, in the system of the pyramid. */

/** Degrees between the points that the sides of an area are cut by, so that their curve is followed. */
const STEP = 0.05;
/** Points that an area may have beside its own. */
const MAX_POINTS = 20_000;

export class HarvestArea {
  /** A box around each polygon. */
  readonly boxes: readonly Bbox[];
  private readonly vector: Gdal.Dataset;

  /**
   * @param wkt polygons in EPSG:4326, longitude first
   * @param domain the part of the world where the system has a sense, or `null`
   * @throws DataFault when they have no place in the system
   */
  constructor(wkt: string, target: Gdal.SpatialReference, domain: Bbox | null) {
    const geometry = placed(clipped(wkt, domain), target);
    this.vector = gdal.open('', 'w', 'Memory');
    const layer = this.vector.layers.create('area', null, gdal.wkbUnknown);
    const feature = new gdal.Feature(layer);
    feature.setGeometry(geometry);
    layer.features.add(feature);
    this.boxes = partsOf(geometry).map((part) => part.getEnvelope());
  }

  /** A byte a pixel, 255 where its centre lies within the area. */
  async mask({ box, width, height }: { box: Bbox; width: number; height: number }): Promise<Uint8Array> {
    const raster = gdal.open('', 'w', 'MEM', width, height, 1, gdal.GDT_Byte);
    try {
      raster.geoTransform = [box.minX, (box.maxX - box.minX) / width, 0, box.maxY, 0, -(box.maxY - box.minY) / height];
      await gdal.rasterizeAsync(raster, this.vector, ['-burn', '255', '-l', 'area']);
      const mask = new Uint8Array(width * height);
      await raster.bands.get(1).pixels.readAsync(0, 0, width, height, mask);
      return mask;
    } finally {
      raster.close();
    }
  }

  close(): void {
    this.vector.close();
  }
}

function clipped(wkt: string, domain: Bbox | null): Gdal.Geometry {
  const geometry = gdal.Geometry.fromWKT(wkt);
  if (!geometry.isValid()) throw new DataFault('Les polygones de la zone à moissonner se coupent');
  if (domain === null) return geometry;
  const clip = geometry.intersection(gdal.Geometry.fromWKT(toWkt(boxGeometry(domain))));
  if (clip.isEmpty()) throw new DataFault('La zone à moissonner est hors du domaine du TMS');
  return clip;
}

function placed(geometry: Gdal.Geometry, target: Gdal.SpatialReference): Gdal.Geometry {
  const { minX, minY, maxX, maxY } = geometry.getEnvelope();
  geometry.segmentize(Math.max(STEP, ((maxX - minX + (maxY - minY)) * 2 * partsOf(geometry).length) / MAX_POINTS));
  try {
    geometry.transform(new gdal.CoordinateTransformation(gdal.SpatialReference.fromUserInput('OGC:CRS84'), target));
  } catch {
    throw new DataFault('La zone à moissonner sort du domaine du système de coordonnées du TMS');
  }
  if (target.EPSGTreatsAsLatLong() || target.EPSGTreatsAsNorthingEasting()) geometry.swapXY();
  if (Object.values(geometry.getEnvelope()).every(Number.isFinite)) return geometry;
  throw new DataFault('La zone à moissonner sort du domaine du système de coordonnées du TMS');
}

function partsOf(geometry: Gdal.Geometry): Gdal.Geometry[] {
  return geometry instanceof gdal.GeometryCollection ? geometry.children.map((part) => part) : [geometry];
}
