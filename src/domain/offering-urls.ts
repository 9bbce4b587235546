import { type ConfigurationContent, publicName } from './type-infos.js';

/** A public address; `url` starts at the server's root until {@link withOrigin} completes it. */
export interface PublicUrl {
  readonly type: string;
  readonly url: string;
}

/** What a template URL leaves for the client to fill in, braces included (spec diffusion §3). */
const GET_MAP_TEMPLATE =
  'bbox={xmin},{ymin},{xmax},{ymax}&styles={styles}&width={width}&height={height}&srs={srs}&format={format}';

/**
 * The addresses of an offering, in the exact texts clients parse: one GetMap template for WMS-VECTOR, one GetFeature
 * per relation for WFS.
 * @param path the endpoint's, without query (`/wfs`)
 */
export function offeringUrls(content: ConfigurationContent, layerName: string, path: string): PublicUrl[] {
  if (content.type === 'WMS-VECTOR') {
    const query = `service=WMS&version=1.3.0&request=GetMap&layers=${layerName}&${GET_MAP_TEMPLATE}`;
    return [{ type: 'WMS', url: `${path}?${query}` }];
  }
  return content.typeInfos.used_data.flatMap((data) =>
    data.relations.map((relation) => ({
      type: 'WFS',
      url: `${path}?service=WFS&version=2.0.0&request=GetFeature&typeNames=${layerName}:${publicName(relation)}`,
    })),
  );
}

/** The addresses as clients see them. */
export function withOrigin(urls: readonly PublicUrl[], origin: string): PublicUrl[] {
  return urls.map(({ type, url }) => ({ type, url: `${origin}${url}` }));
}
