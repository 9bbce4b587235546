import type { FastifyPluginAsync } from 'fastify';
import { browsedRecord, browseRecords, type Browsing } from '../../domain/record-browse.js';
import { queryFault } from '../../domain/query-faults.js';
import type { RecordView } from '../../domain/record-search.js';
import { isStorableText } from '../../plugins/text.js';
import { BusyError, RETRY_SECONDS } from '../../slots.js';
import { readerOf } from '../ogc/reader.js';
import { PAGE_HEADERS } from './layout.js';
import { busyPage, failurePage, recordPage, searchPage, unknownRecordPage } from './pages.js';

/** The catalogue for people: what `/csw` shows, as pages without scripts. */

const VIEW: RecordView = { kind: 'endpoint', path: '/csw' };

/** Pages beyond are shown as this one. */
const MAX_PAGE = 10_000;

/** A parameter, once or several times; the first one counts. */
type Parameter = string | readonly string[] | undefined;

export const catalogueRoutes: FastifyPluginAsync = async (app) => {
  const { deps } = app;
  app.addHook('onRequest', async (_request, reply) => {
    void reply.headers(PAGE_HEADERS);
  });

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof BusyError || queryFault(error) === 'timeout') {
      return reply.code(503).header('retry-after', RETRY_SECONDS).send(busyPage().text);
    }
    // A client that left is no failure of ours.
    request.log[request.socket.destroyed ? 'info' : 'error']({ err: error, reqId: request.id }, 'Catalogue:Failed');
    return reply.code(500).send(failurePage().text);
  });

  app.get<{ Querystring: Record<'q' | 'producteur' | 'theme' | 'page', Parameter> }>('/', async ({ query }, reply) => {
    const asked: Browsing = {
      text: textOf(query.q),
      producer: textOf(query.producteur),
      theme: textOf(query.theme),
      page: pageOf(query.page),
    };
    return reply.send(searchPage(asked, await browseRecords(deps, VIEW, asked, readerOf(reply))).text);
  });

  app.get<{ Querystring: { id?: Parameter } }>('/fiche', async ({ query }, reply) => {
    const id = textOf(query.id);
    const record = id === undefined ? null : await browsedRecord(deps, VIEW, id, readerOf(reply));
    if (record === null) return reply.code(404).send(unknownRecordPage().text);
    return reply.send(recordPage(record).text);
  });
};

/** Longest text that is looked for. */
const MAX_TEXT = 500;

function textOf(parameter: Parameter): string | undefined {
  const [first = ''] = [parameter ?? ''].flat();
  const text = first.slice(0, MAX_TEXT).trim();
  return text === '' || !isStorableText(text) ? undefined : text;
}

function pageOf(parameter: Parameter): number {
  const text = textOf(parameter) ?? '';
  return /^[1-9]\d{0,4}$/.test(text) ? Math.min(Number(text), MAX_PAGE) : 1;
}
