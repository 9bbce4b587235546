import http from 'node:http';
import { median } from './statistics.js';

/** HTTP load: the same requests to every side, in alternating rounds, over connections that are kept. */

export interface Side {
  readonly name: string;
  /** What the paths are appended to. */
  readonly base: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Latencies of one side, milliseconds, round by round. */
export interface Measured {
  readonly side: Side;
  readonly rounds: readonly (readonly number[])[];
}

export interface LoadPlan {
  readonly sides: readonly Side[];
  /** Requests of each round: distinct ones, the same for every side. */
  readonly rounds: readonly (readonly string[])[];
  /** Requests under way at once. */
  readonly clients: number;
  /** Sent first and not measured. */
  readonly warmUp: readonly string[];
  /** Content type of a right answer; an image unless said otherwise. */
  readonly accept?: RegExp;
  /** How one request is made; a GET unless said otherwise. */
  readonly send?: Send | undefined;
}

/** Makes a request and waits for the end of its answer. @throws Error when the answer is not right */
export type Send = (side: Side, path: string, agent: http.Agent | undefined) => Promise<void>;

const IMAGE = /^image\//;

/** Runs the plan; sides alternate within each round. @throws Error on an answer of another type */
export async function runLoad({ sides, rounds, clients, warmUp, accept = IMAGE, send }: LoadPlan): Promise<Measured[]> {
  const sendOne: Send =
    send ??
    (async (side, path, agent) => {
      await fetchBody(side.base + path, accept, { agent, headers: side.headers });
    });
  const agents = new Map(sides.map((side) => [side, new http.Agent({ keepAlive: true, maxSockets: clients })]));
  const measured = sides.map((side) => ({ side, rounds: [] as number[][] }));
  for (const side of sides) await sendAll({ side, agent: agents.get(side), paths: warmUp, clients, send: sendOne });
  for (const paths of rounds) {
    for (const { side, rounds: latencies } of measured) {
      latencies.push(await sendAll({ side, agent: agents.get(side), paths, clients, send: sendOne }));
    }
  }
  for (const agent of agents.values()) agent.destroy();
  return measured;
}

/** Median latency over all rounds, and the lowest and highest median of a round. */
export function summarize({ rounds }: Measured): { p50: number; low: number; high: number } {
  const medians = rounds.map(median);
  return { p50: median(rounds.flat()), low: Math.min(...medians), high: Math.max(...medians) };
}

interface Round {
  readonly side: Side;
  readonly agent: http.Agent | undefined;
  readonly paths: readonly string[];
  readonly clients: number;
  readonly send: Send;
}

async function sendAll({ side, agent, paths, clients, send }: Round): Promise<number[]> {
  const queue = [...paths];
  const latencies: number[] = [];
  const client = async (): Promise<void> => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const start = performance.now();
      await send(side, path, agent);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return latencies;
}

/** The body of an answer. @throws Error when it is no image */
export function fetchImage(url: string): Promise<Buffer> {
  return fetchBody(url, IMAGE);
}

/** The body of an answer. @throws Error when its content type is not the one wanted */
export function fetchBody(url: string, accept: RegExp, options: http.RequestOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    http
      .get(url, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => {
          const body = Buffer.concat(parts);
          if (accept.test(response.headers['content-type'] ?? '')) resolve(body);
          else reject(new Error(`${url} answered ${response.statusCode}: ${body.toString().slice(0, 500)}`));
        });
      })
      .once('error', reject);
  });
}
