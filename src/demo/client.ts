import { setTimeout as sleep } from 'node:timers/promises';

/** An entity of the API: the demonstration reads no more of it. */
export interface Entity {
  readonly _id: string;
  readonly status: string;
}

/** A user of the public HTTP API, with a token. Every method raises {@link ApiRefusal} on a refusal. */
export interface ApiClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  delete(path: string): Promise<void>;
  /** True when the address answers 404. */
  isGone(path: string): Promise<boolean>;
}

/** The API refused: status and reasons as it gave them. */
export class ApiRefusal extends Error {
  constructor(
    request: string,
    readonly status: number,
    answer: string,
  ) {
    super(`${request} : ${status} ${answer}`);
    this.name = 'ApiRefusal';
  }
}

/** Takes a token with the password grant, as the SDK does, and returns the user's client. */
export async function logIn(origin: string, account: { username: string; password: string }): Promise<ApiClient> {
  const url = `${origin}/realms/geoplateforme/protocol/openid-connect/token`;
  const body = new URLSearchParams({
    grant_type: 'password',
    client_id: 'gpf-warehouse',
    client_secret: 'demo',
    ...account,
  });
  const answer = await request('POST', url, { body });
  const { access_token: token } = JSON.parse(answer) as { access_token: string };
  const call = async (method: string, path: string, sent?: object) => {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    const isForm = sent instanceof FormData;
    if (sent !== undefined && !isForm) headers['content-type'] = 'application/json';
    return request(method, `${origin}/api${path}`, { headers, body: isForm ? sent : sent && JSON.stringify(sent) });
  };
  const parse = <T>(text: string) => (text === '' ? undefined : JSON.parse(text)) as T;
  return {
    get: async (path) => parse(await call('GET', path)),
    post: async (path, sent) => parse(await call('POST', path, sent)),
    delete: async (path) => void (await call('DELETE', path)),
    isGone: async (path) => {
      try {
        await call('GET', path);
        return false;
      } catch (error) {
        if (error instanceof ApiRefusal && error.status === 404) return true;
        throw error;
      }
    },
  };
}

async function request(method: string, url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, { ...init, method });
  const text = await response.text();
  if (!response.ok) throw new ApiRefusal(`${method} ${url}`, response.status, text);
  return text;
}

/**
 * Polls until the question is answered by something else than `undefined`.
 * @throws Error naming what was waited for, after five minutes
 */
export async function poll<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 300_000;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(100);
  }
  throw new Error(`${what} : toujours rien après cinq minutes`);
}

/** Polls an entity until it has the wanted status; any status of `failures` ends the wait with an error. */
export function pollStatus<T extends Entity>(
  api: ApiClient,
  path: string,
  { wanted, failures }: { wanted: string; failures: readonly string[] },
): Promise<T> {
  return poll(path, async () => {
    const entity = await api.get<T>(path);
    if (failures.includes(entity.status)) throw new Error(`${path} est passé à ${entity.status}`);
    return entity.status === wanted ? entity : undefined;
  });
}
