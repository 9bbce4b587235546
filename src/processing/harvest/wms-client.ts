import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { type AddressRule, only, readAllowedHosts } from '../../outbound/addresses.js';
import { callFailure } from '../../outbound/call-failures.js';
import { AnswerTooLongError, fetchOut, ForbiddenAddressError, type HttpAnswer } from '../../outbound/http-call.js';
import type { PixelKind } from '../../pyramid/tile-pixels.js';
import { DataFault } from '../data-fault.js';
import { exceptionText } from './service-exception.js';
import { Slots } from '../../slots.js';
import { BrokenImageError, decodeMap, type MapPixels } from './wms-image.js';
import { HARVEST_FORMATS, type ImageCoding, mapUrl, type MapWindow, redactor, type WmsService } from './wms-request.js';

/** Gets the maps of a WMS, again and again when it fails in passing. */

export interface HarvestLimits {
  /** Addresses, CIDR ranges and host names that may be called. */
  readonly allowedHosts: readonly string[];
  /** Origins of the emulator itself. */
  readonly ownOrigins: readonly string[];
  /** Of one answer. */
  readonly timeoutMs: number;
  /** Before the second attempt; each of the next ones waits twice as long. */
  readonly retryDelayMs: number;
  /** Requests under way at once. */
  readonly requests: number;
  /** Answers with fewer bytes are empty. */
  readonly threshold: number;
}

/** What was asked and got so far. */
export interface HarvestCounts {
  asked: number;
  empty: number;
  retried: number;
}

/** Requests for one map, at most. */
const ATTEMPTS = 5;
/** Warnings of a harvest, at most. */
const MAX_WARNINGS = 20;
/** Bytes of an answer beside its pixels, headers and exception documents. */
const SLACK = 1024 * 1024;

const TYPES: Readonly<Record<ImageCoding, RegExp>> = {
  png: /^image\/(x-)?png\b/i,
  jpeg: /^image\/jpe?g\b/i,
  tiff: /^image\/(geo)?tiff\b/i,
  bil: /^(image\/x-bil|application\/(bil|octet-stream))\b/i,
};

/** A failure that may pass. */
class PassingFailure extends Error {}

export class WmsClient {
  readonly counts: HarvestCounts = { asked: 0, empty: 0, retried: 0 };
  private readonly coding: ImageCoding;
  private readonly agent: HttpAgent | HttpsAgent;
  private readonly slots: Slots;
  private readonly allowed: AddressRule;
  private readonly redact: (text: string) => string;
  /** What no further attempt could mend: nothing more is asked. */
  private fault: DataFault | null = null;

  /** @param warn told of failures in passing */
  constructor(
    private readonly service: WmsService,
    private readonly kind: PixelKind,
    private readonly limits: HarvestLimits,
    private readonly warn: (message: string) => void,
  ) {
    const { protocol, origin } = new URL(service.url);
    const options = { keepAlive: true, maxSockets: limits.requests };
    this.agent = protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    this.slots = new Slots(limits.requests);
    const named = only(readAllowedHosts(limits.allowedHosts));
    this.allowed = limits.ownOrigins.includes(origin) ? () => true : named;
    this.redact = redactor(service);
    this.coding = HARVEST_FORMATS.get(service.format)?.coding ?? 'png';
  }

  /**
   * The map of a window; `null` when it is empty.
   * @throws DataFault
   */
  async get(window: MapWindow): Promise<MapPixels | null> {
    return this.slots.run(async () => {
      if (this.fault !== null) throw this.fault;
      this.counts.asked += 1;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.attempt(window);
        } catch (error) {
          const isLast = attempt === ATTEMPTS && error instanceof PassingFailure;
          const told = isLast ? new DataFault(`${error.message} (${ATTEMPTS} tentatives)`) : error;
          if (told instanceof DataFault) this.fault ??= told;
          if (!(told instanceof PassingFailure)) throw told;
          this.tellRetry(told);
        }
        await wait(this.limits.retryDelayMs * 2 ** (attempt - 1));
      }
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private tellRetry({ message }: PassingFailure): void {
    this.counts.retried += 1;
    if (this.counts.retried > MAX_WARNINGS) return;
    const last = this.counts.retried === MAX_WARNINGS ? ' ; les suivantes ne sont plus signalées' : '';
    this.warn(`${message} : nouvelle tentative${last}`);
  }

  private async attempt(window: MapWindow): Promise<MapPixels | null> {
    const { body, status, type } = await this.fetch(window);
    if (status !== 200) throw this.refusal(status, body);
    if (!TYPES[this.coding].test(type)) {
      const found = type === '' ? 'sans type' : `de type ${this.redact(type.slice(0, 100))}`;
      throw new DataFault(`Le service a renvoyé une réponse ${found} au lieu d'une image : ${this.textOf(body)}`);
    }
    if (body.length < this.limits.threshold) {
      this.counts.empty += 1;
      return null;
    }
    try {
      return await decodeMap(this.coding, body, this.kind, window);
    } catch (error) {
      if (!(error instanceof BrokenImageError)) throw error;
      throw new PassingFailure(`Le service a renvoyé une image illisible de ${body.length} octets`);
    }
  }

  private async fetch(window: MapWindow): Promise<HttpAnswer> {
    const { width, height } = window;
    const { channels, format } = this.kind;
    const pixelBytes = format.sample === 'FLOAT32' ? 4 * channels : 4;
    try {
      return await fetchOut(
        {
          method: 'GET',
          url: mapUrl(this.service, window),
          headers: { 'user-agent': 'geopf-local', accept: '*/*', 'accept-encoding': 'identity' },
          body: '',
        },
        {
          allowed: this.allowed,
          timeoutMs: this.limits.timeoutMs,
          signal: NEVER,
          agent: this.agent,
          maxBytes: Math.ceil(1.25 * width * height * pixelBytes) + SLACK,
        },
      );
    } catch (error) {
      throw this.unanswered(error);
    }
  }

  private unanswered(error: unknown): Error {
    const { host, hostname } = new URL(this.service.url);
    if (error instanceof ForbiddenAddressError) {
      return new DataFault(
        `Le moissonnage de ${hostname} n'est pas autorisé : seuls le sont data.geopf.fr, l'émulateur et les hôtes de HARVEST_ALLOWED_HOSTS`,
      );
    }
    const sentence = `Le service ${host} n'a pas répondu (${this.redact(callFailure(error))})`;
    if (error instanceof AnswerTooLongError || codeOf(error) === 'ENOTFOUND') return new DataFault(sentence);
    return new PassingFailure(sentence);
  }

  private refusal(status: number, body: Buffer): Error {
    const text = this.textOf(body);
    const sentence = `Le service a répondu ${status}${text === '' ? '' : ` : ${text}`}`;
    if (status >= 500 || [408, 425, 429].includes(status)) return new PassingFailure(sentence);
    if (status === 401 || status === 403) {
      return new DataFault(`${sentence}. Une donnée privée demande sa clé dans le paramètre "harvest_extras"`);
    }
    if (status >= 300 && status < 400) return new DataFault(`${sentence} : les redirections ne sont pas suivies`);
    return new DataFault(sentence);
  }

  private textOf(body: Buffer): string {
    return this.redact(exceptionText(body));
  }
}

/** A task ends with its process. */
const NEVER = new AbortController().signal;

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
