import { createHash, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { REALM_PATH } from '../../src/identity/paths.js';
import { PROTOCOL_PATH } from './oidc.js';

/** What a browser shows, or where it is sent. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** Absolute address of a redirect that was not followed. */
  readonly location: string | undefined;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** A browser with its cookies, on an application that does not listen. */
export class Browser {
  private cookies: Cookie[] = [];

  constructor(
    private readonly app: FastifyInstance,
    private readonly origin = 'http://localhost',
  ) {}

  /** Names and values of the cookies kept. */
  get kept(): readonly { name: string; value: string }[] {
    return this.cookies;
  }

  forget(): void {
    this.cookies = [];
  }

  /** One request, no redirect followed. */
  async request(url: string, form?: Readonly<Record<string, string>>): Promise<Page> {
    const target = new URL(url, this.origin);
    const cookie = this.cookies
      .filter(
        ({ path }) => target.pathname === path || target.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const response = await this.app.inject({
      method: form === undefined ? 'GET' : 'POST',
      url: `${target.pathname}${target.search}`,
      headers: {
        host: target.host,
        accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
        ...(cookie === '' ? {} : { cookie }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { payload: new URLSearchParams(form).toString() }),
    });
    this.keep([response.headers['set-cookie'] ?? []].flat());
    const { location } = response.headers;
    return {
      url: target.href,
      status: response.statusCode,
      headers: response.headers,
      body: response.body,
      location: location === undefined ? undefined : new URL(location, target).href,
    };
  }

  /** Opens a page and follows redirects as long as they stay on the identity provider. */
  async open(url: string, form?: Readonly<Record<string, string>>): Promise<Page> {
    let page = await this.request(url, form);
    for (let hops = 0; page.location !== undefined && isOnProvider(page.location); hops += 1) {
      if (hops > 10) throw new Error(`redirected for ever: ${page.location}`);
      page = await this.request(page.location);
    }
    return page;
  }

  /** Fills a form of the page in, hidden fields included, and sends it. @param id of the form; the first one by default */
  async submit(page: Page, fields: Readonly<Record<string, string>>, id?: string): Promise<Page> {
    const form = readForm(page.body, id);
    return this.open(new URL(form.action, page.url).href, { ...form.fields, ...fields });
  }

  /** Opens an address that asks to log in, and logs in with the password of the default seed. */
  async logIn(url: string, username = 'producteur'): Promise<Page> {
    return this.submit(await this.open(url), { username, password: 'geopf-local' });
  }

  private keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(/;\s*/);
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      const path = attributes.find((one) => /^path=/i.test(one))?.slice('path='.length) ?? '/';
      this.cookies = this.cookies.filter((one) => one.name !== name || one.path !== path);
      const isGone = attributes.some((one) => /^max-age=0$|^expires=.*1970/i.test(one));
      if (!isGone) this.cookies.push({ name, value, path });
    }
  }
}

function isOnProvider(url: string): boolean {
  return new URL(url).pathname.startsWith(`${REALM_PATH}/`);
}

/** The address and the hidden fields of a form. */
export function readForm(page: string, id?: string): { action: string; fields: Record<string, string> } {
  for (const [form, attributes = '', content = ''] of page.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
    if (id !== undefined && !form.includes(`id="${id}"`)) continue;
    const fields = [...content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)" \/>/g)].map(
      ([, name = '', value = '']) => [name, unescape(value)] as const,
    );
    return { action: unescape(/action="([^"]*)"/.exec(attributes)?.[1] ?? ''), fields: Object.fromEntries(fields) };
  }
  throw new Error(`no form ${id ?? ''} in ${page}`);
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** An address of the authorization endpoint. */
export function authorizationUrl(parameters: Readonly<Record<string, string>>): string {
  return `${PROTOCOL_PATH}/auth?${new URLSearchParams({ response_type: 'code', ...parameters }).toString()}`;
}

/** A verifier and the challenge made of it (RFC 7636). */
export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The parameters that a redirect brings back, in its query or its fragment. */
export function broughtBack(page: Page): Record<string, string> {
  if (page.location === undefined) throw new Error(`no redirect: ${page.status} ${page.body}`);
  const { searchParams, hash } = new URL(page.location);
  return Object.fromEntries([...searchParams, ...new URLSearchParams(hash.slice(1))]);
}
