import type { Account, PrismaClient } from '../generated/prisma/client.js';
import type { PasswordChecks } from './password-checks.js';
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

/** What a login with a password alone may also come to. */
export type PasswordAuthentication =
  | Authentication
  | { readonly outcome: 'oneTimePasswordNeeded'; readonly account: Account };

export interface AuthenticationDeps {
  readonly prisma: PrismaClient;
  readonly throttle: LoginThrottle;
  readonly passwords: PasswordChecks;
}

/**
 * Checks a user name and password, and the one-time password of accounts that have one. Unknown
 * users, wrong passwords and wrong or absent one-time passwords are told apart neither by the answer
 * nor by its time, but for a right password that was shown before: it is remembered (password-checks.ts).
 * @throws BusyError when too many passwords are waiting
 */
export async function authenticate(deps: AuthenticationDeps, credentials: Credentials): Promise<Authentication> {
  const account = await findByPassword(deps, credentials);
  if (account === null) return { outcome: 'refused' };
  if (!oneTimePasswordMatches(account, credentials.totp)) {
    await deps.throttle.failed(credentials.username, credentials.address);
    return { outcome: 'refused' };
  }
  return accept(deps, account, credentials);
}

/**
 * The same in two steps, as the login page does: this one, then {@link authenticateByCode} if it says so.
 * @throws BusyError
 */
export async function authenticateByPassword(
  deps: AuthenticationDeps,
  credentials: Omit<Credentials, 'totp'>,
): Promise<PasswordAuthentication> {
  const account = await findByPassword(deps, credentials);
  if (account === null) return { outcome: 'refused' };
  if (account.enabled && account.totpSecret !== null) return { outcome: 'oneTimePasswordNeeded', account };
  return accept(deps, account, credentials);
}

/** Checks the one-time password of an account whose password was just given; guesses are slowed alike. */
export async function authenticateByCode(
  deps: AuthenticationDeps,
  { accountId, code, address }: { accountId: string; code: string; address: string },
): Promise<Authentication> {
  const account = await deps.prisma.account.findUnique({ where: { id: accountId } });
  if (account === null) return { outcome: 'refused' };
  const attempt = { username: account.username, address };
  if (!(await deps.throttle.admit(attempt.username, address))) return { outcome: 'refused' };
  if (!oneTimePasswordMatches(account, code)) {
    await deps.throttle.failed(attempt.username, address);
    return { outcome: 'refused' };
  }
  if (await deps.throttle.refuses(attempt.username, address)) return { outcome: 'refused' };
  return accept(deps, account, attempt);
}

/** The account of a user name and password; a failure is counted. @throws BusyError */
async function findByPassword(
  { prisma, throttle, passwords }: AuthenticationDeps,
  { username, password, address }: Omit<Credentials, 'totp'>,
): Promise<Account | null> {
  if (!(await throttle.admit(username, address))) return null;
  const account = await findByLogin(prisma, username);
  const isRefused = () => throttle.refuses(username, address);
  const isRight = await passwords.verify(account?.passwordHash ?? null, password, { address, isRefused });
  if (await isRefused()) return null;
  if (isRight && account !== null) return account;
  await throttle.failed(username, address);
  return null;
}

/** Every secret was right. */
async function accept(
  { throttle }: AuthenticationDeps,
  account: Account,
  attempt: Pick<Credentials, 'username' | 'address'>,
): Promise<Authentication> {
  await throttle.succeeded(attempt.username, attempt.address);
  return account.enabled ? { outcome: 'accepted', account } : { outcome: 'disabled' };
}

/** Whom the simulated federations may log in: enabled accounts of people, by name. */
export async function listPersons(prisma: PrismaClient): Promise<Account[]> {
  return prisma.account.findMany({
    where: { enabled: true, serviceClientId: null },
    orderBy: [{ lastName: 'asc' }, { firstName: 'asc' }, { username: 'asc' }],
  });
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
