import type { Account } from '../accounts.js';
import { type Html, markup } from '../../html.js';
import { layout } from './layout.js';
import { FEDERATIONS, type Federation } from './login.js';

/** The persons whom a simulated federation can log in: one button each. */
export function personsPage(options: {
  federation: Federation;
  /** Address of the list; each button posts there. */
  action: string;
  csrf: string;
  /** Address of the form of user name and password. */
  back: string;
  persons: readonly Account[];
}): Html {
  const { federation, action, csrf, back, persons } = options;
  return layout(
    `${FEDERATIONS[federation]} simulé`,
    markup`<p>Choisissez la personne qui se connecte. Aucun mot de passe n’est demandé.</p>
      <form method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}" />
        <ul class="persons">
          ${persons.map(
            (person) =>
              markup`<li>
                <button class="secondary" name="person" value="${person.id}" type="submit">
                  ${fullName(person)} <small>${person.username}, ${person.email}</small>
                </button>
              </li> `,
          )}
        </ul>
      </form>
      <p><a href="${back}">Revenir à la connexion par mot de passe</a></p>`,
  );
}

/** First and last names, or the user name of those who have none. */
export function fullName(account: Account): string {
  const name = `${account.firstName} ${account.lastName}`.trim();
  return name === '' ? account.username : name;
}
