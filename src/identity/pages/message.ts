import { type Html, markup } from '../../html.js';
import { errorMessage, layout } from './layout.js';

/**
 * A refusal told to the person in front of the browser.
 * @param reason Keycloak's text, which tests look for in `#kc-error-message`
 * @param explanation what it means and what to do
 */
export function errorPage(reason: string, explanation: string): Html {
  return layout(
    'Demande refusée',
    markup`${errorMessage('kc-error-message', reason)}
      <p>${explanation}</p>`,
  );
}

/** A page that only says something, with one way onward at most. */
export function messagePage(title: string, sentence: string, link?: { href: string; label: string }): Html {
  const onward = link === undefined ? undefined : markup`<p><a href="${link.href}">${link.label}</a></p>`;
  return layout(
    title,
    markup`<p id="kc-info-message">${sentence}</p>
      ${onward}`,
  );
}
