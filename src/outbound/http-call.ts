import { lookup } from 'node:dns/promises';
import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { AddressRule } from './addresses.js';

/** Calls to addresses that users gave: pinned to an address that was judged, bounded in time and bytes. */

export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CallLimits {
  readonly allowed: AddressRule;
  /** From the name look-up to the end of the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface FetchLimits extends CallLimits {
  /** Longest content of an answer, bytes. */
  readonly maxBytes: number;
  /** Keeps connections for the next calls of the same host. */
  readonly agent: Agent;
}

/** An answer and its whole content. */
export interface HttpAnswer {
  readonly status: number;
  /** Media type with its parameters; empty when there is none. */
  readonly type: string;
  readonly body: Buffer;
}

/** The host has no address, or one that must not be called. */
export class ForbiddenAddressError extends Error {
  constructor(readonly host: string) {
    super(`${host} must not be called`);
    this.name = 'ForbiddenAddressError';
  }
}

/** The answer did not come in time. */
export class CallTimeoutError extends Error {
  constructor(readonly limitMs: number) {
    super(`no answer within ${limitMs} ms`);
    this.name = 'CallTimeoutError';
  }
}

/** The answer is longer than it may be. */
export class AnswerTooLongError extends Error {
  constructor(readonly maxBytes: number) {
    super(`the answer has more than ${maxBytes} bytes`);
    this.name = 'AnswerTooLongError';
  }
}

/** Bytes of an answer that are read, out of politeness, before the connection is cut. */
const MAX_ANSWER = 64 * 1024;

/**
 * Makes one call, on a connection of its own. Redirections are not followed, the content of the answer is not kept.
 * @returns status of the answer
 * @throws ForbiddenAddressError, CallTimeoutError, the reason of the signal, or the error of the network
 */
export async function callOut(call: HttpCall, limits: CallLimits): Promise<number> {
  return withinTime(limits, async (signal) => {
    const response = await send(call, await unlessAborted(judgedAddress(call.url, limits.allowed), signal), { signal });
    return statusAtEnd(response);
  });
}

/**
 * Makes one call and reads the whole answer. Redirections are not followed.
 * @throws ForbiddenAddressError, CallTimeoutError, AnswerTooLongError, the reason of the signal, or the error of the
 *   network, which an answer cut short is too
 */
export async function fetchOut(call: HttpCall, limits: FetchLimits): Promise<HttpAnswer> {
  const { agent, maxBytes } = limits;
  return withinTime(limits, async (signal) => {
    const address = await unlessAborted(judgedAddress(call.url, limits.allowed), signal);
    const response = await send(call, address, { signal, agent });
    return {
      status: response.statusCode ?? 0,
      type: response.headers['content-type'] ?? '',
      body: await wholeBody(response, maxBytes),
    };
  });
}

async function withinTime<T>(limits: CallLimits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  try {
    return await work(AbortSignal.any([limits.signal, timeout]));
  } catch (error) {
    limits.signal.throwIfAborted();
    throw timeout.aborted ? new CallTimeoutError(limits.timeoutMs) : error;
  }
}

interface Address {
  readonly address: string;
  readonly family: number;
}

/**
 * The address to connect to. Every address of a name must be allowed: one that answers now a public address, now a
 * private one is not to be trusted.
 */
async function judgedAddress(url: URL, allowed: AddressRule): Promise<Address> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const addresses = family === 0 ? await lookup(host, { all: true }) : [{ address: host, family }];
  const [first] = addresses;
  if (first === undefined || !addresses.every(({ address }) => allowed(host, address))) {
    throw new ForbiddenAddressError(host);
  }
  return first;
}

/** The head of the answer; its content is still to be read. */
function send(
  call: HttpCall,
  { address, family }: Address,
  { signal, agent = false }: { signal: AbortSignal; agent?: Agent | false },
): Promise<IncomingMessage> {
  // The name is not looked up again: it could point elsewhere by now.
  const pinned: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const body = Buffer.from(call.body);
  const start = call.url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = start(call.url, {
      method: call.method,
      headers: { ...call.headers, 'content-length': body.length },
      agent,
      lookup: pinned,
      signal,
    });
    request.on('error', reject);
    request.on('response', resolve);
    request.end(body);
  });
}

/** The status once the connection can be left: a content that breaks or drags on changes nothing. */
function statusAtEnd(response: IncomingMessage): Promise<number> {
  const status = response.statusCode ?? 0;
  return new Promise((resolve) => {
    let read = 0;
    response.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read > MAX_ANSWER) response.destroy();
    });
    response.on('error', () => resolve(status));
    response.on('close', () => resolve(status));
  });
}

async function wholeBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    read += chunk.length;
    // Leaving the loop cuts the connection.
    if (read > maxBytes) throw new AnswerTooLongError(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The outcome of work that cannot be stopped, or the reason of the signal, whichever comes first. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
