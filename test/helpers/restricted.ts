import { randomUUID } from 'node:crypto';
import type { Deps } from '../../src/deps.js';
import type { ApiUser } from './api.js';
import { create, OPEN_WFS, PRIVATE_WFS } from './diffusion.js';
import { datastoreIdOf } from './stored-data.js';

/**
 * An offering in the registry, without the data, the configuration's content and the publication behind it.
 * @returns its id
 */
export async function buildOffering(
  deps: Pick<Deps, 'prisma'>,
  options: { layerName?: string; open?: boolean; status?: string; endpoint?: string; datastoreId?: string } = {},
): Promise<string> {
  const id = randomUUID();
  const layerName = options.layerName ?? `layer-${id}`;
  const endpoint = options.endpoint ?? PRIVATE_WFS;
  await deps.prisma.offering.create({
    data: {
      id,
      status: options.status ?? 'PUBLISHED',
      open: endpoint === OPEN_WFS || (options.open ?? false),
      urls: [{ type: 'WFS', url: `/private/wfs/?typeNames=${layerName}:t` }],
      endpoint: { connect: { id: endpoint } },
      configuration: {
        create: {
          datastore: { connect: { id: options.datastoreId ?? (await datastoreIdOf(deps)) } },
          type: 'WFS',
          name: layerName,
          layerName,
          typeInfos: {},
          status: 'PUBLISHED',
        },
      },
    },
  });
  return id;
}

interface Created {
  _id: string;
}

/** Gives a permission. @returns its id */
export async function givePermission(
  producer: ApiUser,
  datastore: string,
  body: { offerings: string[]; users?: string[]; communities?: string[]; only_oauth?: boolean },
): Promise<string> {
  const path = `/datastores/${datastore}/permissions`;
  const answer = await producer.call<Created[]>('POST', path, { licence: 'Licence', ...body });
  const id = answer.status === 201 ? answer.body[0]?._id : undefined;
  if (id === undefined) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return id;
}

/** Makes a key. @returns its id */
export async function makeKey(user: ApiUser, type: 'HASH' | 'OAUTH2' = 'HASH'): Promise<string> {
  const key = await create(user, '/users/me/keys', { name: randomUUID(), type, type_infos: {} });
  return key._id;
}
