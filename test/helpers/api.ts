import type { TestEmulator } from './app.js';

/** The answer to a request, body read. */
export interface ApiAnswer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when the answer is JSON, text otherwise. */
  readonly body: Body;
}

/** A user of the API, with a token. */
export interface ApiUser {
  /** Calls `/api<path>`; an object body is sent as JSON, a FormData as multipart. */
  call<Body = unknown>(method: string, path: string, body?: object): Promise<ApiAnswer<Body>>;
  readonly token: string;
}

/** Password of every account of the default seed (architecture §5). */
const PASSWORD = 'geopf-local';

/** Takes a token as the SDK does, with the password grant. */
export async function logIn({ origin }: Pick<TestEmulator, 'origin'>, username = 'producteur'): Promise<ApiUser> {
  const response = await fetch(`${origin}/realms/geoplateforme/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'gpf-warehouse',
      client_secret: 'any',
      username,
      password: PASSWORD,
    }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(`no token for ${username}: ${JSON.stringify(answer)}`);
  return withToken({ origin }, answer.access_token);
}

/** Takes the token of a service account. @param client id of its client */
export async function logInService({ origin }: Pick<TestEmulator, 'origin'>, client: string): Promise<ApiUser> {
  const response = await fetch(`${origin}/realms/geoplateforme/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: 'any' }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`no token for ${client}: ${response.status}`);
  return withToken({ origin }, token);
}

function withToken({ origin }: Pick<TestEmulator, 'origin'>, token: string): ApiUser {
  return { token, call: (method, path, body) => call({ method, url: `${origin}/api${path}`, token, body }) };
}

async function call<Body>(request: {
  method: string;
  url: string;
  token: string;
  body: object | undefined;
}): Promise<ApiAnswer<Body>> {
  const headers: Record<string, string> = { authorization: `Bearer ${request.token}` };
  const isForm = request.body instanceof FormData;
  if (request.body !== undefined && !isForm) headers['content-type'] = 'application/json';
  const response = await fetch(request.url, {
    method: request.method,
    headers,
    body: request.body instanceof FormData ? request.body : request.body && JSON.stringify(request.body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
}

/**
 * Asks again until the answer is as wanted: asynchronous work has no other sign of its end over HTTP.
 * @throws Error with the last answer after two minutes
 */
export async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 120_000;
  // Often at first, then seldom: what is waited for needs the processor that asking takes.
  for (let pause = 20; ; pause = Math.min(pause * 1.2, 120)) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still not as wanted: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
