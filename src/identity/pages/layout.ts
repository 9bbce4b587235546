import { createHash } from 'node:crypto';
import { type Html, literal, markup } from '../../html.js';

/** The only style sheet; no page loads anything from elsewhere. */
const STYLE = `
:root { color-scheme: light; --ink: #1b1b35; --blue: #000091; --line: #929292; --red: #b60000; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f4fa; color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
.notice { margin: 0; padding: .6rem 1rem; background: #fff0c2; border-bottom: 1px solid #c28e00; text-align: center; }
main { max-width: 30rem; margin: 2rem auto; padding: 1.5rem 2rem 2rem; background: #fff; border: 1px solid #ddd; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { width: 100%; padding: .5rem; font: inherit; border: 1px solid var(--line); border-radius: 4px; }
button, .button { display: block; width: 100%; margin-top: 1rem; padding: .6rem 1rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; color: #fff; background: var(--blue); border: 1px solid var(--blue);
  border-radius: 4px; cursor: pointer; }
.secondary { color: var(--blue); background: #fff; }
a { color: var(--blue); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid #0a76f6; outline-offset: 2px; }
.error { margin: 0 0 1rem; padding: .6rem 1rem; color: var(--red); background: #ffe9e9; border-left: 4px solid var(--red); }
.detail { color: #555; font-size: .9rem; overflow-wrap: anywhere; }
ul.persons { margin: 0; padding: 0; list-style: none; }
ul.persons small { display: block; font-weight: 400; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
`;

/** Source expression of a Content-Security-Policy that allows exactly one inline style or script. */
export function cspHash(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

/** Headers of every page for people: nothing from elsewhere, in no frame, in no cache. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  // No form-action: browsers would refuse the redirect to the application that follows a login.
  'content-security-policy': `default-src 'none'; style-src ${cspHash(STYLE)}; base-uri 'none'; frame-ancestors 'none'`,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  pragma: 'no-cache',
};

/** A whole page: the same head, warning and frame around every content. */
export function layout(title: string, content: Html): Html {
  return markup`<!doctype html>
    <html lang="fr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – Géoplateforme (émulateur)</title>
        <style>${literal(STYLE)}</style>
      </head>
      <body>
        <p class="notice" role="note">
          <strong>Émulateur.</strong> Ceci n’est pas le service de la Géoplateforme : n’y saisissez jamais un mot de
          passe réel.
        </p>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `;
}

/** The reason why a form is shown again, read out by screen readers. */
export function errorMessage(id: string, message: string | undefined): Html | undefined {
  return message === undefined ? undefined : markup`<p class="error" id="${id}" role="alert">${message}</p>`;
}
