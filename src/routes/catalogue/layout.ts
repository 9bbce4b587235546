import { createHash } from 'node:crypto';
import { type Html, literal, markup } from '../../html.js';

/** The only style sheet; no page loads anything from elsewhere. */
const STYLE = `
:root { color-scheme: light; --ink: #1b1b35; --blue: #000091; --line: #929292; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f4fa; color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
.notice { margin: 0; padding: .6rem 1rem; background: #fff0c2; border-bottom: 1px solid #c28e00; text-align: center; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem; background: #fff; }
main { max-width: 64rem; margin: 1rem auto; padding: 1rem 1.5rem 2rem; background: #fff; border: 1px solid #ddd; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem; }
a { color: var(--blue); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid #0a76f6; outline-offset: 2px; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
label { display: block; font-weight: 600; }
input { width: 24rem; max-width: 100%; padding: .5rem; font: inherit; border: 1px solid var(--line); border-radius: 4px; }
button { padding: .5rem 1rem; font: inherit; font-weight: 600; color: #fff; background: var(--blue);
  border: 1px solid var(--blue); border-radius: 4px; cursor: pointer; }
.columns { display: flex; flex-wrap: wrap; gap: 2rem; }
.facets { flex: 1 1 14rem; }
.results { flex: 3 1 28rem; }
ul.plain, ol.plain { margin: 0; padding: 0; list-style: none; }
ol.plain > li { padding: .75rem 0; border-top: 1px solid #ddd; }
ol.plain h3 { margin: 0; font-size: 1.05rem; }
ol.plain p { margin: .25rem 0; }
.detail { color: #555; font-size: .9rem; overflow-wrap: anywhere; }
.pages { display: flex; gap: 1.5rem; margin-top: 1rem; }
dl { display: grid; grid-template-columns: minmax(9rem, auto) 1fr; gap: .3rem 1rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
figure { margin: 0; }
svg { max-width: 100%; height: auto; border: 1px solid #ddd; }
`;

const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** Headers of the pages: nothing from elsewhere, in no frame. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src ${STYLE_HASH}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** A whole page. */
export function layout(title: string, content: Html): Html {
  return markup`<!doctype html>
    <html lang="fr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – Catalogue de la Géoplateforme (émulateur)</title>
        <style>${literal(STYLE)}</style>
      </head>
      <body>
        <a class="skip" href="#contenu">Aller au contenu</a>
        <p class="notice" role="note">
          <strong>Émulateur.</strong> Ceci n’est pas le catalogue de la Géoplateforme.
        </p>
        <main id="contenu">
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `;
}
