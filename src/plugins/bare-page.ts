import type { FastifyReply } from 'fastify';

/** Answers with a page of the platform's proxy, which only has a title. */
export function barePage(reply: FastifyReply, status: number, title: string): FastifyReply {
  return reply
    .code(status)
    .type('text/html')
    .send(`<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`);
}
