import { AnswerTooLongError, CallTimeoutError, ForbiddenAddressError } from './http-call.js';

const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connexion refusée',
  ECONNRESET: 'connexion interrompue',
  ENOTFOUND: 'hôte inconnu',
  EAI_AGAIN: 'hôte inconnu pour le moment',
  ETIMEDOUT: 'délai dépassé',
};

/** Why a call had no answer, in French. */
export function callFailure(error: unknown): string {
  if (error instanceof ForbiddenAddressError) return `l'adresse de ${error.host} est interdite`;
  if (error instanceof CallTimeoutError) return `délai de ${error.limitMs} ms dépassé`;
  if (error instanceof AnswerTooLongError) return `réponse de plus de ${error.maxBytes} octets`;
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return NETWORK_REASONS[code] ?? error.message;
}
