import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { allowedMethods } from '../catalogue/allowed-methods.js';
import { ApiError, type ApiErrorCode } from '../errors.js';
import { FileTooLargeError } from '../storage/storage.js';
import { type ValidationFault, validationSentences } from './validation-sentences.js';

/** What each refusal of the framework says, by HTTP status. */
const BY_STATUS: Readonly<Record<number, readonly [ApiErrorCode, string]>> = {
  400: ['bad_request', 'La requête est invalide.'],
  404: ['not_found', 'La ressource demandée n’existe pas.'],
  405: ['method_not_allowed', 'La méthode n’est pas autorisée sur cette ressource.'],
  406: ['bad_request', 'Le corps de la requête doit être de type multipart/form-data.'],
  413: ['payload_too_large', 'Le corps de la requête est trop volumineux.'],
  415: ['unsupported_media_type', 'Le type de contenu de la requête n’est pas accepté.'],
};

/** What the parser of multipart bodies says of one that it cannot read; these errors have neither code nor class. */
const MALFORMED_MULTIPART = /^Multipart: |end of multipart data$/;
const TOO_MANY_PARTS = /^FST_(FILES|FIELDS|PARTS)_LIMIT$/;

/** Prisma: a write that met another one (deadlock, row gone), a reset for instance. */
const WRITE_CONFLICTS: ReadonlySet<string> = new Set(['P2003', 'P2025', 'P2034']);

/** PostgreSQL: the same of SQL that Prisma only passes on (serialization, deadlock, row gone). */
const SQL_CONFLICTS: ReadonlySet<unknown> = new Set(['40001', '40P01', '23503']);

/** Prisma: no connection was free, or a transaction took too long. */
const TOO_BUSY = 'P2028';

const INTERNAL = new ApiError('internal_server_error', 'Une erreur interne est survenue.');

/**
 * Turns every error into the Entrepôt's `{error, error_description[]}` (lifecycle §9). Messages of
 * unexpected errors go to the log, never to the client. OGC services and the identity provider set
 * their own handler in their scope.
 */
export const errorHandlerPlugin = fp(
  async (app) => {
    app.setErrorHandler<FastifyError>((error, request, reply) => {
      const refusal = toApiError(error);
      drainBody(request);
      if (refusal === INTERNAL) {
        // A client that left in the middle of its own body is no failure of ours.
        const level = request.socket.destroyed ? 'info' : 'error';
        request.log[level]({ err: error, reqId: request.id }, 'Request:Failed');
      }
      return sendError(reply, refusal);
    });
    app.setNotFoundHandler(answerUnknownRoute);
  },
  { name: 'error-handler', fastify: '5.x' },
);

/** Answers an address that nothing is at. What guards the prefix of a service only sees those that the service answers. */
export function answerUnknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendError(reply, unknownRoute(request, reply));
}

/**
 * Answers a URL that the router cannot even look up (malformed escapes, an endless segment): no hook and
 * no error handler runs then, so this is an option of the application.
 */
export function answerUnreadableUrl(_error: FastifyError, _request: unknown, reply: FastifyReply): void {
  const refusal = new ApiError('bad_request', 'L’adresse de la requête est malformée.');
  reply.code(refusal.status).type('application/json').serializer(JSON.stringify).send(refusal.toBody());
}

/**
 * Answers what is no HTTP request, or one whose address and headers are too large: it is refused by the parser, before
 * there is a request. Same dialect for every path, which is not known yet.
 */
export function answerUnreadableRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new ApiError('request_header_fields_too_large', 'L’adresse et les en-têtes de la requête sont trop longs.')
      : new ApiError('bad_request', 'La requête n’est pas une requête HTTP valide.');
  const body = JSON.stringify(refusal.toBody());
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** Answers a refusal in the API's dialect. */
export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
  return reply.code(error.status).send(error.toBody());
}

/**
 * Reads and forgets what is left of a multipart body that is refused before its end: most clients read
 * the answer only once they have sent everything.
 */
function drainBody({ raw }: FastifyRequest): void {
  if (raw.complete) return;
  raw.unpipe();
  raw.resume();
}

function toApiError(error: FastifyError): ApiError {
  if (error instanceof ApiError) return error;
  if (error.validation !== undefined) {
    const faults = error.validation as unknown as readonly ValidationFault[];
    return new ApiError('bad_request', ...validationSentences(faults, error.validationContext));
  }
  if (error instanceof FileTooLargeError) {
    return new ApiError(
      'payload_too_large',
      `Le fichier dépasse la taille maximale autorisée (${error.maxBytes} octets).`,
    );
  }
  if (error.statusCode === undefined && MALFORMED_MULTIPART.test(error.message)) {
    return new ApiError('bad_request', 'Le corps de la requête n’est pas un document multipart complet.');
  }
  if (TOO_MANY_PARTS.test(error.code)) {
    return new ApiError(
      'bad_request',
      'Le corps de la requête a trop de parties : une seule partie "file" est attendue.',
    );
  }
  if (error.code === TOO_BUSY) {
    return new ApiError('service_unavailable', 'Le service est trop occupé pour répondre : recommencez plus tard.');
  }
  if (WRITE_CONFLICTS.has(error.code) || SQL_CONFLICTS.has(sqlState(error))) {
    return new ApiError('conflict', 'Les mêmes données ont été modifiées en même temps : recommencez.');
  }
  const known = BY_STATUS[error.statusCode ?? 500];
  return known === undefined ? INTERNAL : new ApiError(...known);
}

/** PostgreSQL's code of an error of Prisma. */
function sqlState(error: Error): unknown {
  const { meta } = error as { meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } };
  return meta?.driverAdapterError?.cause?.originalCode;
}

/** 405 on a path that the platform has with other methods, else 404. */
function unknownRoute(request: FastifyRequest, reply: FastifyReply): ApiError {
  const path = request.url.split('?', 1)[0] ?? '';
  const methods = path.startsWith('/api/') ? allowedMethods(path.slice('/api'.length)) : [];
  if (methods.length === 0) return new ApiError('not_found', `La ressource ${request.method} ${path} n’existe pas.`);
  reply.header('allow', methods.join(', '));
  return new ApiError(
    'method_not_allowed',
    `La méthode ${request.method} n’est pas autorisée sur ${path} (méthodes possibles : ${methods.join(', ')}).`,
  );
}
