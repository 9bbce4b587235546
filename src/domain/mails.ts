import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { type Mail, Prisma } from '../generated/prisma/client.js';
import { composeMail } from '../outbound/mail.js';
import type { Db } from './database.js';
import { matchesText, type Page, type Paged } from './listing.js';

/** The local mailbox: every e-mail of the emulator, in the registry and as `DATA_DIR/mails/<id>.eml`. */

type MailDeps = Pick<Deps, 'prisma' | 'config'>;

/**
 * Keeps a message in the mailbox, its file included.
 * @param mail.sourceId what it tells of: a second call finds the message that the first one kept
 */
export async function keepMail(
  deps: MailDeps,
  mail: { sourceId: string; recipients: readonly string[]; subject: string; text: string },
): Promise<Mail> {
  const { sourceId, recipients, subject, text } = mail;
  const kept = await deps.prisma.mail.upsert({
    where: { sourceId },
    create: { sourceId, recipients: [...recipients], subject, text },
    update: {},
  });
  const folder = mailFolder(deps.config);
  const name = `${kept.id}.eml`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `.${name}`), await mailBytes(deps, kept), { mode: 0o640 });
  await rename(join(folder, `.${name}`), join(folder, name));
  return kept;
}

/** The message as it travels (RFC 5322). */
export function mailBytes({ config }: Pick<Deps, 'config'>, mail: Mail): Promise<Buffer> {
  const { sourceId, recipients, creation, subject, text } = mail;
  return composeMail({ id: sourceId, from: config.mail.from, to: recipients, date: creation, subject, text });
}

/** Notes that the SMTP server took a message. */
export async function markMailSent(db: Db, id: bigint): Promise<void> {
  await db.mail.updateMany({ where: { id }, data: { sent: new Date() } });
}

/**
 * A page of the mailbox, newest first.
 * @param query.to one of the recipients; case does not count and `%` is a joker
 */
export async function listMails(db: Db, query: { to?: string | undefined; page: Page }): Promise<Paged<Mail>> {
  const where =
    query.to === undefined
      ? Prisma.empty
      : Prisma.sql`WHERE EXISTS (
          SELECT 1 FROM unnest(mail.recipients) AS address WHERE ${matchesText(Prisma.sql`address`, query.to)})`;
  const [counted, rows] = await Promise.all([
    db.$queryRaw<{ total: bigint }[]>`SELECT count(*) AS total FROM geopf.mail AS mail ${where}`,
    db.$queryRaw<{ id: bigint }[]>`
      SELECT mail.id FROM geopf.mail AS mail ${where}
      ORDER BY mail.id DESC OFFSET ${query.page.offset} LIMIT ${query.page.limit}`,
  ]);
  const ids = rows.map((row) => row.id);
  const items = await db.mail.findMany({ where: { id: { in: ids } }, orderBy: { id: 'desc' } });
  return { items, total: Number(counted[0]?.total ?? 0) };
}

/** @throws ApiError not_found */
export async function findMail(db: Db, id: bigint): Promise<Mail> {
  const mail = await db.mail.findUnique({ where: { id } });
  if (mail === null) throw notFound(`Le message ${id} n'existe pas.`);
  return mail;
}

/** Empties the mailbox, its files included. */
export async function emptyMailbox(deps: MailDeps): Promise<void> {
  await deps.prisma.mail.deleteMany();
  await removeMailFiles(deps.config);
}

/** Removes the files of the mailbox. */
export async function removeMailFiles(config: Pick<Deps['config'], 'dataDir'>): Promise<void> {
  await rm(mailFolder(config), { recursive: true, force: true });
}

function mailFolder({ dataDir }: Pick<Deps['config'], 'dataDir'>): string {
  return join(dataDir, 'mails');
}
