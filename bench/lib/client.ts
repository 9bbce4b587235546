import { connect, type Socket } from 'node:net';

/** The end of an answer whose length is not told. */
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

/**
 * The least of an HTTP client: GET over a connection that is kept. Node's own client takes longer than the servers that
 * are measured with it. Answers without Content-Length come as they are sent, with the lengths of their chunks.
 */
export class HttpClient {
  private pending: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  private parts: Buffer[] = [];
  private head: { status: number; type: string; end: number; length: number | null } | null = null;
  private received = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (part: Buffer) => this.read(part));
    socket.on('error', (error) => this.pending?.reject(error));
    socket.on('close', () => this.pending?.reject(new Error('the connection was closed')));
  }

  /** Connects to an origin, `http://127.0.0.1:<port>`. */
  static async open(origin: string): Promise<HttpClient> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new HttpClient(socket, host);
  }

  /** One at a time. */
  get(path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.host}\r\n\r\n`);
    });
  }

  close(): void {
    this.pending = null;
    this.socket.destroy();
  }

  private read(part: Buffer): void {
    this.parts.push(part);
    this.received += part.length;
    this.head ??= this.readHead();
    const { head } = this;
    if (head === null || (head.length !== null && this.received < head.end + head.length)) return;
    const bytes = Buffer.concat(this.parts);
    if (head.length === null && !bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) return;
    const { pending } = this;
    this.parts = [];
    this.received = 0;
    this.head = null;
    this.pending = null;
    pending?.resolve({ status: head.status, type: head.type, body: bytes.subarray(head.end) });
  }

  private readHead(): HttpClient['head'] {
    const bytes = this.parts.length === 1 ? (this.parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.parts);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const text = bytes.toString('latin1', 0, end);
    return {
      status: Number(text.slice(9, 12)),
      type: /^content-type: *([^\r]*)/im.exec(text)?.[1] ?? '',
      end: end + 4,
      length: readLength(text),
    };
  }
}

function readLength(head: string): number | null {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  return length === undefined ? null : Number(length);
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}
