import { createTransport } from 'nodemailer';

/** E-mails as bytes (RFC 5322), and their way to an SMTP server. */

export interface MailContent {
  /** What makes it unique, without domain. */
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly date: Date;
  readonly subject: string;
  /** Plain text, lines separated by \n. */
  readonly text: string;
}

/** The message, always the same bytes for the same content. */
export async function composeMail(content: MailContent): Promise<Buffer> {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const { message } = await composer.sendMail({
    messageId: `<${content.id}@${content.from.slice(content.from.lastIndexOf('@') + 1)}>`,
    from: { name: '', address: content.from },
    to: content.to.map((address) => ({ name: '', address })),
    date: content.date,
    subject: content.subject,
    text: content.text,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  if (!Buffer.isBuffer(message)) throw new Error('the composer gave a stream where bytes were asked for');
  return message;
}

const CONNECTION_MS = 10_000;
const SILENCE_MS = 30_000;

/**
 * Hands a message to a server.
 * @param url `smtp://` or `smtps://`, with the credentials if any
 * @returns recipients that the server refused; at least one was taken
 * @throws Error when it took none
 */
export async function sendMail(
  url: string,
  mail: { message: Buffer; from: string; to: readonly string[] },
): Promise<string[]> {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECTION_MS,
    greetingTimeout: CONNECTION_MS,
    socketTimeout: SILENCE_MS,
  });
  try {
    const { rejected } = await transport.sendMail({
      envelope: { from: mail.from, to: [...mail.to] },
      raw: mail.message,
    });
    return rejected;
  } finally {
    transport.close();
  }
}
