import { type Html, markup } from '../../html.js';
import { layout } from './layout.js';

/** Asks whether to log out: the application could not prove that it is the one that logged the person in. */
export function logoutPage(options: { action: string; fields: Readonly<Record<string, string>> }): Html {
  return layout(
    'Déconnexion',
    markup`<p>Voulez-vous vous déconnecter de toutes les applications ?</p>
      ${logoutForm(options)}`,
  );
}

/** The button that ends the session; `fields` are sent with it. */
export function logoutForm(options: { action: string; fields: Readonly<Record<string, string>> }): Html {
  const fields = Object.entries(options.fields).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  return markup`<form method="post" action="${options.action}">
    ${fields}<button id="kc-logout" name="confirmLogout" value="1" type="submit">Se déconnecter</button>
  </form>`;
}
