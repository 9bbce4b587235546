import type { Account } from '../accounts.js';
import { type Html, markup } from '../../html.js';
import { layout } from './layout.js';
import { logoutForm } from './logout.js';
import { fullName } from './persons.js';

/** A session of somebody, as their account page shows it. */
export interface ShownSession {
  readonly current: boolean;
  readonly openedAt: Date;
  /** Applications that were logged in to. */
  readonly clients: readonly string[];
}

/** The profile of a person, which only the seed and the administrators can change. */
export function accountPage(options: {
  account: Account;
  sessions: readonly ShownSession[];
  logout: { action: string; fields: Readonly<Record<string, string>> };
}): Html {
  const { account, sessions, logout } = options;
  return layout(
    'Mon compte',
    markup`<p>Bonjour ${fullName(account)}.</p>
      <dl>
        <dt>Nom d’utilisateur</dt>
        <dd id="username">${account.username}</dd>
        <dt>Prénom</dt>
        <dd id="firstName">${account.firstName}</dd>
        <dt>Nom</dt>
        <dd id="lastName">${account.lastName}</dd>
        <dt>Courriel</dt>
        <dd id="email">${account.email}</dd>
        <dt>Code à usage unique</dt>
        <dd id="totp">${account.totpSecret === null ? 'non' : 'oui'}</dd>
      </dl>
      <p class="detail">Ce profil se lit seulement : il vient du jeu de départ de l’émulateur.</p>
      <h2>Sessions ouvertes</h2>
      <ul id="sessions">
        ${sessions.map(sessionItem)}
      </ul>
      ${logoutForm(logout)}`,
  );
}

const TIME = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Paris' });

function sessionItem(session: ShownSession): Html {
  const current = session.current ? markup` <strong>(celle-ci)</strong>` : undefined;
  const clients = session.clients.length === 0 ? 'aucune application' : session.clients.join(', ');
  return markup`<li>
    Depuis le <time datetime="${session.openedAt.toISOString()}">${TIME.format(session.openedAt)}</time>${current} :
    ${clients}
  </li> `;
}
