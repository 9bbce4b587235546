import { type EmailCallback, fillTemplate } from './callback-requests.js';
import type { EndReport } from './callbacks.js';

/** What the end of an execution looks like to who is told: a French e-mail, or a JSON body. */

const ENDINGS: Readonly<Record<string, string>> = {
  SUCCESS: 'terminé avec succès',
  FAILURE: 'en échec',
  ABORTED: 'interrompu',
};

/** Longest line of a log in a message, characters. */
const MAX_LINE = 500;

/** Where the API shows the execution, and its log. */
export function executionUrls(report: EndReport, origin: string): { execution: string; logs: string } {
  const family = report.type === 'CHECK' ? 'checks' : 'processings';
  const execution = `${origin}/api/datastores/${report.datastore}/${family}/executions/${report.execution}`;
  return { execution, logs: `${execution}/logs` };
}

/** The body of an API callback (change note of 2025-10-09). */
export interface CallbackBody {
  readonly type: EndReport['type'];
  readonly id: string;
  readonly status: string;
  readonly execution_url: string;
  readonly log_url: string;
}

/** @param origin of the public addresses, without trailing slash */
export function callbackBody(report: EndReport, origin: string): CallbackBody {
  const { execution, logs } = executionUrls(report, origin);
  const { type, execution: id, status } = report;
  return { type, id, status, execution_url: execution, log_url: logs };
}

/**
 * The e-mail of a callback.
 * @param options.logLines last lines of the log, oldest first
 */
export function callbackMail(
  report: EndReport,
  callback: EmailCallback,
  options: { origin: string; logLines: readonly string[] },
): { subject: string; text: string } {
  const isCheck = report.type === 'CHECK';
  const noun = isCheck ? 'Vérification' : 'Traitement';
  const ending = endingOf(report.status, isCheck);
  const urls = executionUrls(report, options.origin);
  const link = callback.entity_url === undefined ? undefined : fillTemplate(callback.entity_url, variablesOf(report));
  const facts: (readonly [string, string | undefined])[] = [
    ['Exécution', report.execution],
    [noun, named(report.program)],
    ['Livraison', report.upload && named(report.upload)],
    [report.output?.kind === 'upload' ? 'Livraison produite' : 'Donnée stockée', report.output && named(report.output)],
    ['Entrepôt', report.datastore],
    ['Communauté', named(report.community)],
    ['Fin', report.finish],
  ];
  const lines = [
    'Bonjour,',
    '',
    `${isCheck ? 'La vérification' : 'Le traitement'} « ${oneLine(report.program.name)} » est ${ending} (${report.status}).`,
    '',
    ...facts.flatMap(([label, value]) => (value === undefined ? [] : [`${label} : ${value}`])),
    '',
    ...(link === undefined ? [] : [`Consulter l'entité : ${link}`]),
    `Consulter l'exécution : ${urls.execution}`,
    `Consulter le journal : ${urls.logs}`,
    ...(options.logLines.length === 0 ? [] : ['', 'Dernières lignes du journal :']),
    ...options.logLines.map((line) => `  ${oneLine(line).slice(0, MAX_LINE)}`),
  ];
  return {
    subject: `[Géoplateforme] ${noun} « ${oneLine(report.program.name)} » : ${ending}`,
    text: `${lines.join('\n')}\n`,
  };
}

/** What the moustaches of `entity_url` stand for; the output of a check is the upload it was about. */
function variablesOf(report: EndReport): Record<string, string | undefined> {
  return {
    datastore: report.datastore,
    community: report.community.id,
    execution: report.execution,
    processing: report.type === 'PROCESSING' ? report.program.id : undefined,
    check: report.type === 'CHECK' ? report.program.id : undefined,
    output: report.output?.id ?? report.upload?.id,
  };
}

function endingOf(status: string, isFeminine: boolean): string {
  const ending = ENDINGS[status] ?? status;
  return isFeminine ? ending.replace(/^(terminé|interrompu)/, '$1e') : ending;
}

function named({ id, name }: { id: string; name: string }): string {
  return `${oneLine(name)} (${id})`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
