/** A public address; `url` starts at the server's root until {@link withOrigin} completes it. */
export interface PublicUrl {
  readonly type: string;
  readonly url: string;
}

/** A service of an endpoint: its type, and its path without query (`/wfs`). */
export interface EndpointService {
  readonly type: string;
  readonly path: string;
}

/** The addresses as clients see them. */
export function withOrigin(urls: readonly PublicUrl[], origin: string): PublicUrl[] {
  return urls.map(({ type, url }) => ({ type, url: `${origin}${url}` }));
}
