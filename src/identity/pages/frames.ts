import { type Html, literal, markup } from '../../html.js';
import { cspHash } from './layout.js';

/**
 * Pages that browser applications (keycloak-js) load in a hidden frame and exchange messages with
 * (access.md §1.5). They hold no data of anybody: any site may frame them.
 */

/** A page that only runs a script, with the headers it is sent with. */
export interface Frame {
  readonly page: Html;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Tells its parent whether the cookies of this server reach it in a frame. The answer that brought the
 * page set a probe; `step2.html` says whether it came back.
 */
export const cookieCheckFrame = frame(`
fetch('step2.html', { credentials: 'same-origin', cache: 'no-store' })
  .then((answer) => answer.text())
  .catch(() => 'unsupported')
  .then((answer) => window.parent.postMessage(answer, '*'));
`);

/**
 * Answers "<client> <session>" with "unchanged", "changed" or "error" (OpenID Connect Session Management
 * §3.2); `init` knows which session the cookies are of.
 */
export const statusFrame = frame(`
window.addEventListener('message', (event) => {
  if (typeof event.data !== 'string' || event.source === null) return;
  const [client = '', session = ''] = event.data.split(' ');
  const query = new URLSearchParams({ client_id: client, origin: event.origin, session_state: session });
  fetch('login-status-iframe.html/init?' + query, { credentials: 'same-origin', cache: 'no-store' })
    .then((answer) => (answer.ok ? answer.text() : 'error'))
    .catch(() => 'error')
    .then((answer) => event.source.postMessage(answer, event.origin));
});
`);

function frame(script: string): Frame {
  return {
    page: markup`<!doctype html>
      <html lang="fr">
        <head>
          <meta charset="utf-8" />
          <title>Géoplateforme (émulateur)</title>
        </head>
        <body>
          <script>${literal(script)}</script>
        </body>
      </html> `,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src ${cspHash(script)}; connect-src 'self'; base-uri 'none'; frame-ancestors *`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      pragma: 'no-cache',
    },
  };
}
