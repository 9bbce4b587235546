import type { Account, PrismaClient } from '../generated/prisma/client.js';
import { verifyPassword } from './passwords.js';
import type { LoginThrottle } from './throttle.js';
import { decodeBase32, isValidTotp } from './totp.js';

export type { Account };

/** What a person types, or a client sends for them. */
export interface Credentials {
  /** User name or e-mail address. */
  readonly username: string;
  readonly password: string;
  /** Six digits, when the account has a one-time password. */
  readonly totp: string | undefined;
  /** Where the attempt comes from: guessing is slowed per user name and address. */
  readonly address: string;
}

export type Authentication =
  | { readonly outcome: 'accepted'; readonly account: Account }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'disabled' };

/**
 * Checks a user name and password, and the one-time password of accounts that have one. Unknown
 * users, wrong passwords and wrong or absent one-time passwords are told apart neither by the answer
 * nor by its time.
 */
export async function authenticate(
  deps: { prisma: PrismaClient; throttle: LoginThrottle },
  credentials: Credentials,
): Promise<Authentication> {
  const { username, address } = credentials;
  if (!(await deps.throttle.admit(username, address))) return { outcome: 'refused' };
  const account = await findByLogin(deps.prisma, username);
  const passwordMatches = await verifyPassword(account?.passwordHash, credentials.password);
  if (account === null || !passwordMatches || !oneTimePasswordMatches(account, credentials.totp)) {
    await deps.throttle.failed(username, address);
    return { outcome: 'refused' };
  }
  await deps.throttle.succeeded(username, address);
  return account.enabled ? { outcome: 'accepted', account } : { outcome: 'disabled' };
}

/** The account that a token speaks for; `null` when it does not exist any more or is disabled. */
export async function findActiveAccount(prisma: PrismaClient, id: string): Promise<Account | null> {
  return prisma.account.findFirst({ where: { id, enabled: true } });
}

/** The account under which a client acts by itself (`client_credentials`). */
export async function findServiceAccount(prisma: PrismaClient, clientId: string): Promise<Account | null> {
  return prisma.account.findFirst({ where: { serviceClientId: clientId, enabled: true } });
}

/** Service accounts have no password, and must not be found through the login form either. */
async function findByLogin(prisma: PrismaClient, login: string): Promise<Account | null> {
  // PostgreSQL holds no such character, so nobody has it in their name.
  if (login.includes('\0')) return null;
  const name = login.trim().toLowerCase();
  const accounts = await prisma.account.findMany({
    where: { serviceClientId: null, OR: [{ username: name }, { email: name }] },
  });
  return accounts.find((account) => account.username === name) ?? accounts[0] ?? null;
}

function oneTimePasswordMatches(account: Account, code: string | undefined): boolean {
  if (account.totpSecret === null) return true;
  return code !== undefined && isValidTotp(decodeBase32(account.totpSecret), code, Date.now() / 1000);
}
