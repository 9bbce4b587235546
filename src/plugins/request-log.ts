import fp from 'fastify-plugin';
import { loggableUrl } from '../log.js';

/** One log line per answered request, secrets masked, with its duration in milliseconds. */
export const requestLogPlugin = fp(
  async (app) => {
    app.addHook('onResponse', (request, reply, done) => {
      request.log.info(
        {
          method: request.method,
          url: loggableUrl(request.originalUrl),
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
        },
        'Request:Answered',
      );
      done();
    });
    app.addHook('onRequestAbort', async (request) => {
      request.log.info({ method: request.method, url: loggableUrl(request.originalUrl) }, 'Request:Aborted');
    });
  },
  { name: 'request-log', fastify: '5.x' },
);
