import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Config } from '../../config.js';
import type { Deps } from '../../deps.js';
import { getDomain, getRecordById, getRecords } from '../../domain/csw.js';
import { readCswRequestText } from '../../domain/csw-reader.js';
import { decodeXml } from '../../domain/file-reader.js';
import { datastoreView, type RecordView } from '../../domain/record-search.js';
import type { Reader } from '../../domain/service-snapshot.js';
import { type CatalogueDescription, cswCapabilities } from '../../ogc/csw/capabilities.js';
import { describeRecordResponse } from '../../ogc/csw/describe.js';
import { cswExceptionReport } from '../../ogc/csw/exceptions.js';
import type { CswRequest, GetRecords } from '../../ogc/csw/model.js';
import type { WrittenCswRequest } from '../../ogc/csw/read.js';
import { acknowledgement } from '../../ogc/csw/responses.js';
import { validatedRequest } from '../../ogc/csw/validated.js';
import { REQUEST_LIMITS } from '../../ogc/csw/xml-request.js';
import { OwsException } from '../../ogc/ows/exceptions.js';
import { UnreadableFileError } from '../../ogc/unreadable.js';
import { isStorableText } from '../../plugins/text.js';
import { retryHeaders } from './busy.js';
import { readerOf } from './reader.js';

/** The catalogue (spec diffusion §9): CSW 2.0.2, by GET and by POST of XML. */

const ENDPOINT_PATH = '/csw';

/** The catalogue of the sandbox, an endpoint of its own: nothing of it shows in the public one. */
const SANDBOX_PATH = '/sandbox/csw';

/** Where the platform answers too. */
const LEGACY_PATHS = ['/geonetwork/srv/fre/csw', '/geonetwork/srv/eng/csw'] as const;

/** Records and requests that are echoed hold what their authors like: browsers run nothing of it. */
const HEADERS = {
  'content-type': 'application/xml;charset=UTF-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
} as const;

interface Portal {
  Params: { portal: string };
}

export const cswRoutes: FastifyPluginAsync = async (app) => {
  app.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof OwsException ? error : refusalOf(error, request);
    return reply.code(refusal.status).headers(HEADERS).headers(retryHeaders(refusal)).send(cswExceptionReport(refusal));
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: REQUEST_LIMITS.maxLength },
    async (request: FastifyRequest, body: Buffer) => decodeRequest(body, request.headers['content-type']),
  );
  const serve = (paths: readonly string[], viewOf: (request: FastifyRequest) => Promise<RecordView>): void => {
    for (const path of paths) {
      app.route({
        method: ['GET', 'POST'],
        url: path,
        handler: async (request, reply) => {
          const asked = await readCswRequestText(writtenRequest(request));
          const body = await answer(app.deps, { request, asked, view: await viewOf(request) }, readerOf(reply));
          return reply.headers(HEADERS).send(body);
        },
      });
    }
  };
  serve([ENDPOINT_PATH, ...LEGACY_PATHS], async () => ({ kind: 'endpoint', path: ENDPOINT_PATH }));
  serve([SANDBOX_PATH], async () => ({ kind: 'endpoint', path: SANDBOX_PATH }));
  serve([`${ENDPOINT_PATH}/INSPIRE`], async () => ({ kind: 'inspire', path: ENDPOINT_PATH }));
  serve([`${ENDPOINT_PATH}/OPENDATA`], async () => ({ kind: 'openData', path: ENDPOINT_PATH }));
  serve([`${ENDPOINT_PATH}/:portal`], async (request) => {
    const { portal } = (request as FastifyRequest<Portal>).params;
    const view = isStorableText(portal) ? await datastoreView(app.deps, ENDPOINT_PATH, portal) : null;
    if (view === null) throw new OwsException('NotFound', `There is no catalogue ${portal}`, undefined, 404);
    return view;
  });
};

/** @throws OwsException for what is no text in its encoding */
function decodeRequest(body: Buffer, contentType: string | undefined): string {
  try {
    return decodeXml(body, /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1]);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new OwsException('NoApplicableCode', 'The request is no text in the encoding that it names');
  }
}

interface Asked {
  readonly request: FastifyRequest;
  readonly asked: CswRequest;
  readonly view: RecordView;
}

/** What was sent: the query string, or the body where there is one. */
function writtenRequest(request: FastifyRequest): WrittenCswRequest {
  const query = request.raw.url?.split('?').slice(1).join('?') ?? '';
  const body = typeof request.body === 'string' ? request.body : '';
  if (request.method !== 'POST' || body.trim() === '') return { encoding: 'kvp', text: query };
  const isForm = /^application\/x-www-form-urlencoded/i.test(request.headers['content-type'] ?? '');
  return { encoding: isForm && !body.trimStart().startsWith('<') ? 'kvp' : 'xml', text: body };
}

async function answer(deps: Deps, { request, asked, view }: Asked, reader: Reader) {
  switch (asked.operation) {
    case 'GetCapabilities':
      return cswCapabilities(describe(deps.config, view, serviceUrlOf(request)), asked.sections);
    case 'DescribeRecord':
      return describeRecordResponse(asked.typeNames);
    case 'GetDomain':
      return getDomain(deps, view, asked, reader);
    case 'GetRecords':
      return asked.resultType === 'validate' ? validated(request, asked) : getRecords(deps, view, asked, reader);
    case 'GetRecordById':
      return getRecordById(deps, view, asked, reader);
  }
}

/** Public URL of the catalogue that was asked. */
function serviceUrlOf(request: FastifyRequest): string {
  const path = request.url.split('?', 1)[0] ?? ENDPOINT_PATH;
  return `${request.origin}${path.replace(/\/$/, '')}`;
}

const VIEWS: Readonly<Record<RecordView['kind'], string>> = {
  endpoint: 'Catalogue de la Géoplateforme (émulateur)',
  inspire: 'Catalogue INSPIRE de la Géoplateforme (émulateur)',
  openData: 'Catalogue des données ouvertes de la Géoplateforme (émulateur)',
  datastore: "Catalogue d'un entrepôt de la Géoplateforme (émulateur)",
};

function describe({ mail }: Config, { kind, path }: RecordView, serviceUrl: string): CatalogueDescription {
  const title = path === SANDBOX_PATH ? 'Catalogue du bac à sable (émulateur)' : VIEWS[kind];
  const inspireContact = kind === 'inspire' ? mail.from : null;
  return { serviceUrl, title, abstract: 'Métadonnées publiées sur la Géoplateforme émulée', inspireContact };
}

/** @throws OwsException when something of the request that only a search would find is wrong */
function validated(request: FastifyRequest, asked: GetRecords): string {
  const { encoding, text } = writtenRequest(request);
  const sent = encoding === 'xml' ? { xml: text } : { url: `${serviceUrlOf(request)}?${text}` };
  return acknowledgement(validatedRequest(asked, sent), new Date());
}

/** Refusals of the framework (unreadable or too large bodies), and what was not foreseen. */
function refusalOf(error: unknown, request: FastifyRequest): OwsException {
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new OwsException('NoApplicableCode', 'The request cannot be read', undefined, status);
  }
  // A client that left is no failure of ours.
  request.log[request.socket.destroyed ? 'info' : 'error']({ err: error, reqId: request.id }, 'Csw:Failed');
  return new OwsException('NoApplicableCode', 'Internal error', undefined, 500);
}
