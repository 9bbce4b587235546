import fp from 'fastify-plugin';

/**
 * Clients may send requests before they have the answers to earlier ones. When they leave then, Node closes the answer
 * that is being sent, and says nothing to those behind it: what they hold (files, connections to the database) would be
 * held for ever. They are closed here.
 */
export const queuedAnswersPlugin = fp(
  async (app) => {
    app.addHook('onRequest', (request, { raw: answer }, done) => {
      // An answer gets the connection when its turn comes.
      const isQueued = () => answer.socket === null;
      if (isQueued()) {
        request.raw.once('close', () => {
          if (!isQueued() || answer.writableFinished) return;
          answer.destroy();
          answer.emit('close');
        });
      }
      done();
    });
  },
  { name: 'queued-answers', fastify: '5.x' },
);
