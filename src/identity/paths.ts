/** Path of the realm; the issuer is the public URL followed by it. */
export const REALM_PATH = '/realms/geoplateforme';

/** Paths below the realm, with Keycloak's names (access.md §1). */
const PROTOCOL = '/protocol/openid-connect';
export const AUTHORIZATION_PATH = `${PROTOCOL}/auth`;
export const TOKEN_PATH = `${PROTOCOL}/token`;
export const USERINFO_PATH = `${PROTOCOL}/userinfo`;
export const CERTS_PATH = `${PROTOCOL}/certs`;
export const REVOKE_PATH = `${PROTOCOL}/revoke`;
export const INTROSPECT_PATH = `${PROTOCOL}/token/introspect`;
export const LOGOUT_PATH = `${PROTOCOL}/logout`;
export const COOKIE_CHECK_PATH = `${PROTOCOL}/3p-cookies`;
export const STATUS_FRAME_PATH = `${PROTOCOL}/login-status-iframe.html`;

/** Where a browser that must log in is sent. */
export const LOGIN_PATH = '/login-actions/authenticate';
export const ACCOUNT_PATH = '/account';
