import { createServer, type Socket } from 'node:net';
import type { Teardown } from './database.js';

/** A message as an SMTP server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Lines separated by \r\n, dots unstuffed. */
  readonly data: string;
}

export interface SmtpServer {
  readonly url: string;
  readonly taken: TakenMail[];
  /** Messages that it will refuse before it takes one, with a passing error. */
  refusals: number;
}

/** An SMTP server (RFC 5321) that speaks the minimum; recipients of `refused.example` are not taken. */
export async function startSmtpServer(t: Teardown): Promise<SmtpServer> {
  const taken: TakenMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    talk(socket);
  });

  function talk(socket: Socket): void {
    let from = '';
    let to: string[] = [];
    let inData = false;
    let pending = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.setEncoding('utf8');
    say('220 test ready');
    socket.on('data', (chunk: string) => {
      pending += chunk;
      for (;;) {
        const mark = inData ? '\r\n.\r\n' : '\r\n';
        const end = pending.indexOf(mark);
        if (end === -1) return;
        const text = pending.slice(0, end);
        pending = pending.slice(end + mark.length);
        if (inData) {
          inData = false;
          taken.push({ from, to, data: text.replaceAll(/^\.\./gm, '.') });
          say('250 taken');
        } else command(text);
      }
    });

    function command(line: string): void {
      const address = /<(.*?)>/.exec(line)?.[1] ?? '';
      switch (line.slice(0, 4).toUpperCase()) {
        case 'MAIL':
          from = address;
          to = [];
          if (smtp.refusals > 0) {
            smtp.refusals -= 1;
            say('451 try again later');
          } else say('250 ok');
          return;
        case 'RCPT':
          if (address.endsWith('@refused.example')) say('550 no such mailbox');
          else {
            to.push(address);
            say('250 ok');
          }
          return;
        case 'DATA':
          inData = true;
          say('354 go on');
          return;
        case 'QUIT':
          say('221 bye');
          socket.end();
          return;
        default:
          say('250 ok');
      }
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const smtp: SmtpServer = { url: `smtp://127.0.0.1:${port}`, taken, refusals: 0 };
  return smtp;
}
