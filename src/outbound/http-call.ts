import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type AllowedHosts, isPublicAddress } from './addresses.js';

/** Calls to addresses that users gave: pinned to an address that was judged, bounded in time and bytes. */

export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CallLimits {
  readonly allowed: AllowedHosts;
  /** From the name look-up to the end of the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The host has no address, or one that must not be called. */
export class ForbiddenAddressError extends Error {
  constructor(readonly host: string) {
    super(`${host} is not a public address`);
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

/** Bytes of an answer that are read, out of politeness, before the connection is cut. */
const MAX_ANSWER = 64 * 1024;

/**
 * Makes one call, on a connection of its own. Redirections are not followed, the content of the answer is not kept.
 * @returns status of the answer
 * @throws ForbiddenAddressError, CallTimeoutError, the reason of the signal, or the error of the network
 */
export async function callOut(call: HttpCall, limits: CallLimits): Promise<number> {
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const signal = AbortSignal.any([limits.signal, timeout]);
  try {
    const address = await unlessAborted(judgedAddress(call.url, limits.allowed), signal);
    return await send(call, address, signal);
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
async function judgedAddress(url: URL, allowed: AllowedHosts): Promise<Address> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const addresses = family === 0 ? await lookup(host, { all: true }) : [{ address: host, family }];
  const isAllowed = ({ address }: Address) =>
    allowed.names.has(host.toLowerCase()) || isPublicAddress(address) || allowed.covers(address);
  const [first] = addresses;
  if (first === undefined || !addresses.every(isAllowed)) throw new ForbiddenAddressError(host);
  return first;
}

function send(call: HttpCall, { address, family }: Address, signal: AbortSignal): Promise<number> {
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
      agent: false,
      lookup: pinned,
      signal,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      let read = 0;
      response.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (read > MAX_ANSWER) response.destroy();
      });
      // The status is known: a content that breaks or drags on changes nothing.
      response.on('error', () => resolve(status));
      response.on('close', () => resolve(status));
    });
    request.end(body);
  });
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
