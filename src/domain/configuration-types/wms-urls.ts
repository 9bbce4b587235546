import type { EndpointService, PublicUrl } from '../offering-urls.js';

/** What a template leaves for the client to fill in, braces included (spec diffusion §3). */
const GET_MAP_TEMPLATE =
  'bbox={xmin},{ymin},{xmax},{ymax}&styles={styles}&width={width}&height={height}&srs={srs}&format={format}';

/** The addresses of a layer on the services of a WMS endpoint. */
export function wmsUrls(layerName: string, services: readonly EndpointService[]): PublicUrl[] {
  return services.map(({ type, path }) => ({
    type,
    url: `${path}?service=WMS&version=1.3.0&request=GetMap&layers=${layerName}&${GET_MAP_TEMPLATE}`,
  }));
}
