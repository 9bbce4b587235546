import fp from 'fastify-plugin';
import { badRequest } from '../errors.js';
import { isStorableText } from './text.js';

const JSON_TYPE = 'application/json';

/** A request may have no body; then its content type means nothing. Refused, never guessed. */
class UnsupportedBodyError extends Error {
  readonly statusCode = 415;
  constructor() {
    super('unsupported media type');
    this.name = 'UnsupportedBodyError';
  }
}

/**
 * Bodies as the clients send and want them (spec clients.md): an empty body of any content type is no
 * body; answers are exactly `application/json`, because the QGIS plugin compares strings, and keep
 * every member a presenter gives (the schemas document answers, they do not filter them).
 */
export const bodiesPlugin = fp(
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (_request, text, done) => {
      if (text.length === 0) return done(null, undefined);
      try {
        const body: unknown = JSON.parse(text.toString(), readMember);
        if (isDeeperThan(MAX_DEPTH, body)) return done(badRequest(TOO_DEEP));
        done(null, body);
      } catch (error) {
        done(
          error instanceof UnstorableTextError
            ? badRequest(UNSTORABLE_TEXT)
            : badRequest('Le corps de la requête n’est pas un document JSON valide.'),
        );
      }
    });
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => {
      if (bytes.length === 0) return done(null, undefined);
      done(new UnsupportedBodyError());
    });

    // The services have their own refusals: only the queries of the API and of the control API are looked at here.
    app.addHook('onRequest', ({ url }, _reply, done) => {
      done(/^\/(api|_emulator)\/[^?]*\?.*%00/.test(url) ? badRequest(UNSTORABLE_TEXT) : undefined);
    });

    app.setSerializerCompiler(() => JSON.stringify);
    app.addHook('onSend', (_request, reply, payload, done) => {
      const isEmpty = reply.statusCode === 204;
      if (isEmpty) reply.removeHeader('content-type');
      else if (reply.getHeader('content-type') === `${JSON_TYPE}; charset=utf-8`) reply.type(JSON_TYPE);
      done(null, isEmpty ? null : payload);
    });
  },
  { name: 'bodies', fastify: '5.x' },
);

const UNSTORABLE_TEXT = 'La requête contient un caractère qui ne peut pas être conservé (U+0000 ou demi-codet isolé).';

/** Objects and lists in one another: what keeps, compares and shows a body calls itself for each. */
const MAX_DEPTH = 200;
const TOO_DEEP = `Le corps de la requête est trop imbriqué (${MAX_DEPTH} niveaux au plus).`;

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(depth - 1, member));
}

/** A text of the body cannot be kept. */
class UnstorableTextError extends Error {}

/**
 * `__proto__` is data in JSON, but would become a prototype in an object spread or assignment.
 * @throws UnstorableTextError for a name or text that PostgreSQL cannot hold
 */
function readMember(key: string, value: unknown): unknown {
  if (!isStorableText(key) || (typeof value === 'string' && !isStorableText(value))) throw new UnstorableTextError();
  return key === '__proto__' ? undefined : value;
}
