import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest {
    /** Public origin of the URLs in the answer, no trailing slash: `PUBLIC_URL`, else the Host of the request. */
    readonly origin: string;
  }
}

/** A host name or address with an optional port: nothing else may reach a document through the Host header. */
const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** Decorates requests with their public origin (architecture §5; forwarded headers only from TRUSTED_PROXIES). */
export const originPlugin = fp(
  async (app) => {
    const { publicUrl, issuer } = app.deps.config;
    const fallback = new URL(issuer).origin;
    app.decorateRequest('origin', {
      getter(this: FastifyRequest) {
        if (publicUrl !== undefined) return publicUrl;
        const origin = `${this.protocol}://${this.host}`;
        return HOST.test(this.host) && URL.canParse(origin) ? origin : fallback;
      },
    });
  },
  { name: 'origin', fastify: '5.x', dependencies: ['deps'] },
);
