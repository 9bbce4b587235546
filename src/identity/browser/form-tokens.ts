import { createHmac } from 'node:crypto';
import { equalSecrets } from '../../equal-secrets.js';

/**
 * Tokens that a form carries to prove that it comes from a page of ours (CSRF): a MAC of what the form
 * belongs to (a login under way, a session), which another site knows not.
 */
export interface FormTokens {
  issue(subject: string): string;
  matches(subject: string, token: string | null): boolean;
}

/** @param secret something every replica has and nobody else knows */
export function createFormTokens(secret: string): FormTokens {
  const issue = (subject: string) => createHmac('sha256', secret).update(subject).digest('base64url');
  return {
    issue,
    matches: (subject, token) => equalSecrets(issue(subject), token ?? ''),
  };
}
