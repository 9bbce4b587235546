import { type Html, markup } from '../../html.js';
import { errorMessage, layout } from './layout.js';

/** Ways to log in without password that the emulator simulates, by the last part of their path. */
export const FEDERATIONS = {
  franceconnect: 'FranceConnect',
  agentconnect: 'ProConnect (AgentConnect)',
} as const;

export type Federation = keyof typeof FEDERATIONS;

/**
 * The form of user name and password, with the ids of Keycloak's default theme, on which browser
 * tests rely (access.md §2).
 */
export function loginPage(options: {
  action: string;
  csrf: string;
  username: string;
  error: string | undefined;
  /** Whether the buttons of {@link FEDERATIONS} are shown. */
  simulated: boolean;
}): Html {
  const { action, csrf, username, error } = options;
  // Whoever has the name already only has to type the password.
  const [nameFocus, passwordFocus] =
    username === '' ? [markup` autofocus`, undefined] : [undefined, markup` autofocus`];
  const described = error === undefined ? undefined : markup` aria-invalid="true" aria-describedby="input-error"`;
  return layout(
    'Connexion',
    markup`${errorMessage('input-error', error)}
      <form id="kc-form-login" method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}" />
        <label for="username">Nom d’utilisateur ou courriel</label>
        <input
          id="username"
          name="username"
          type="text"
          value="${username}"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required${described}${nameFocus}
        />
        <label for="password">Mot de passe</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          ${described}${passwordFocus}
        />
        <button id="kc-login" name="login" type="submit">Se connecter</button>
      </form>
      ${options.simulated ? federationButtons(action) : undefined}`,
  );
}

function federationButtons(action: string): Html {
  return markup`<h2>Sans mot de passe</h2>
    <p class="detail">Connexions simulées : la personne est choisie dans une liste.</p>
    ${Object.entries(FEDERATIONS).map(
      ([path, label]) =>
        markup`<a class="button secondary" id="social-${path}" href="${action}/${path}">Simuler ${label}</a> `,
    )}`;
}

/** The second step of accounts that have a one-time password, with Keycloak's ids. */
export function oneTimePasswordPage(options: { action: string; csrf: string; error: string | undefined }): Html {
  const { action, csrf, error } = options;
  const described =
    error === undefined ? undefined : markup` aria-invalid="true" aria-describedby="input-error-otp-code"`;
  return layout(
    'Code à usage unique',
    markup`${errorMessage('input-error-otp-code', error)}
      <form id="kc-otp-login-form" method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}" />
        <label for="otp">Code à six chiffres de votre application d’authentification</label>
        <input
          id="otp"
          name="otp"
          type="text"
          inputmode="numeric"
          autocomplete="one-time-code"
          required${described}
          autofocus
        />
        <button id="kc-login" name="login" type="submit">Se connecter</button>
      </form>
      <form method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}" />
        <button class="secondary" id="reset-login" name="restart" value="1" type="submit">Changer de compte</button>
      </form>`,
  );
}
