import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Config } from '../config.js';
import type { Deps } from '../deps.js';
import type { Bbox } from '../geo/bbox.js';
import { parseCrs } from '../geo/crs.js';
import type { InfoFormat } from '../ogc/rok4/pixel-values.js';
import { publicAnd, readAllowedHosts } from '../outbound/addresses.js';
import { fetchOut, type HttpAnswer } from '../outbound/http-call.js';
import { ownOrigins } from './own-origins.js';

/** Values that the WMS of a layer tells instead of its pyramids (spec diffusion §6.2): asked and relayed. */

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;

/** Names the calls made for a client, so that layers that send to each other do not do it forever. */
export const FORWARDED = 'x-geopf-forwarded';

/** The point that is asked about, in a map. */
export interface AskedPoint {
  /** As the grid of the layer or the request spells it. */
  readonly crs: string;
  /** x then y. */
  readonly bbox: Bbox;
  readonly width: number;
  readonly height: number;
  readonly i: number;
  readonly j: number;
  readonly infoFormat: InfoFormat;
  readonly featureCount?: number;
}

/**
 * Asks a WMS. Nothing of what the client sent goes there but the point.
 * @returns `null` when it has no answer to give, which is logged
 */
export async function askServer(
  { config, log }: Pick<Deps, 'config' | 'log'>,
  serverUrl: string,
  point: AskedPoint,
  signal: AbortSignal,
): Promise<HttpAnswer | null> {
  const url = featureInfoUrl(serverUrl, point);
  const agent = url.protocol === 'https:' ? new HttpsAgent() : new HttpAgent();
  try {
    const answer = await fetchOut(
      {
        method: 'GET',
        url,
        headers: { 'user-agent': 'geopf-local', 'accept-encoding': 'identity', [FORWARDED]: '1' },
        body: '',
      },
      { allowed: allowedHosts(config, url), timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, signal, agent },
    );
    if (answer.status === 200) return answer;
    log.warn({ host: url.host, status: answer.status }, 'FeatureInfo:RefusedByServer');
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ host: url.host, err: error }, 'FeatureInfo:NoAnswerOfServer');
  } finally {
    agent.destroy();
  }
  return null;
}

/** The public Internet, the WMS that may be harvested, and the emulator itself. */
function allowedHosts(config: Config, url: URL) {
  if (ownOrigins(config).includes(url.origin)) return () => true;
  return publicAnd(readAllowedHosts(config.harvest.allowedHosts));
}

/** What the address holds already, the layers first of all, is kept unless the request is made of it. */
function featureInfoUrl(serverUrl: string, point: AskedPoint): URL {
  const { minX, minY, maxX, maxY } = point.bbox;
  const ordinates = parseCrs(point.crs).isLatLon ? [minY, minX, maxY, maxX] : [minX, minY, maxX, maxY];
  const parameters: Readonly<Record<string, string>> = {
    SERVICE: 'WMS',
    VERSION: '1.3.0',
    REQUEST: 'GetFeatureInfo',
    STYLES: '',
    FORMAT: 'image/tiff',
    INFO_FORMAT: point.infoFormat,
    FEATURE_COUNT: String(point.featureCount ?? 1),
    CRS: point.crs,
    BBOX: ordinates.join(','),
    WIDTH: String(point.width),
    HEIGHT: String(point.height),
    I: String(point.i),
    J: String(point.j),
  };
  const url = new URL(serverUrl);
  for (const name of [...url.searchParams.keys()]) {
    if (Object.hasOwn(parameters, name.toUpperCase())) url.searchParams.delete(name);
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}
