import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import YAML from 'yaml';
import { COMMUNITY_RIGHTS } from '../../src/domain/access.js';
import type { Deps } from '../../src/deps.js';
import { PRODUCER_GRANT, postForm } from '../helpers/oidc.js';

/** Two workspaces, an organization, and one person per thing that a route may ask. */
export interface World {
  /** Belongs to the organization; has one of every entity. */
  readonly community: string;
  readonly datastore: string;
  readonly organization: string;
  /** Another datastore, whose community has the same members with the same rights. */
  readonly otherDatastore: string;
  /** Ids of the entities of `datastore`, by name of their path parameter. */
  readonly entities: Readonly<Record<string, string>>;
  /** Access tokens by username. */
  readonly tokens: Readonly<Record<string, string>>;
}

export const TECHNICAL_NAME = 'matrice';
const ORGANIZATION = 'Organisme de la matrice';
const PASSWORD = 'geopf-local';

/** Of the people of the world: belongs to nothing. */
export const STRANGER = 'etranger';
export const WITHOUT_RIGHT = 'sans-droit';
export const SUPERVISOR = 'superviseur';
export const ADMINISTRATOR = 'admin';
export const ORGANIZATION_MEMBER = 'organisme';
/** The member who has that right and no other. */
export const memberWith = (right: string) => `avec-${right.toLowerCase()}`;

const PEOPLE = [STRANGER, WITHOUT_RIGHT, SUPERVISOR, ORGANIZATION_MEMBER, ...COMMUNITY_RIGHTS.map(memberWith)];

/** Builds the world in an application that holds the default seed. */
export async function buildWorld({ app, deps }: { app: FastifyInstance; deps: Deps }): Promise<World> {
  const [community, datastore, otherCommunity, otherDatastore, organization] = Array.from({ length: 5 }, () =>
    randomUUID(),
  ) as [string, string, string, string, string];
  const members = [
    { user: WITHOUT_RIGHT, rights: [] },
    ...COMMUNITY_RIGHTS.map((right) => ({ user: memberWith(right), rights: [right] })),
  ];
  const workspace = { contact: 'matrice@example.org', public: true, supervisor: SUPERVISOR, members };
  const seed = {
    users: PEOPLE.map((username) => ({
      id: randomUUID(),
      username,
      email: `${username}@example.org`,
      first_name: 'Personne',
      last_name: username,
      password: PASSWORD,
    })),
    organizations: [{ id: organization, name: ORGANIZATION, members: [ORGANIZATION_MEMBER] }],
    communities: [
      {
        ...workspace,
        id: community,
        name: 'Matrice',
        technical_name: TECHNICAL_NAME,
        organization: ORGANIZATION,
        datastore: { id: datastore },
      },
      {
        ...workspace,
        id: otherCommunity,
        name: 'Autre',
        technical_name: 'autre',
        datastore: { id: otherDatastore },
      },
    ],
  };
  const seeded = await app.inject({ method: 'POST', url: '/_emulator/seed', payload: YAML.stringify(seed) });
  if (seeded.statusCode !== 204) throw new Error(`the world was refused: ${seeded.body}`);

  const tokens: Record<string, string> = {};
  for (const username of [...PEOPLE, ADMINISTRATOR]) {
    const answer = await postForm(app, 'token', { ...PRODUCER_GRANT, username, password: PASSWORD });
    tokens[username] = answer.json<{ access_token: string }>().access_token;
  }
  return {
    community,
    datastore,
    organization,
    otherDatastore,
    entities: await createEntities(deps, datastore, seed.users[2]?.id ?? ''),
    tokens,
  };
}

/** One entity of every family, written straight into the registry: rights do not depend on how it came there. */
async function createEntities({ prisma }: Deps, datastoreId: string, userId: string): Promise<Record<string, string>> {
  const storage = await prisma.storage.findFirstOrThrow({ where: { type: 'POSTGRESQL' } });
  const check = await prisma.check.findFirstOrThrow();
  const processing = await prisma.processing.findFirstOrThrow();
  const endpoint = await prisma.endpoint.findFirstOrThrow({ where: { type: 'WFS', open: false } });
  const upload = await prisma.upload.create({
    data: {
      datastoreId,
      storageId: storage.id,
      type: 'VECTOR',
      name: 'Livraison',
      description: '',
      srs: 'EPSG:2154',
      status: 'CLOSED',
    },
  });
  const checkExecution = await prisma.checkExecution.create({
    data: { uploadId: upload.id, checkId: check.id, status: 'SUCCESS' },
  });
  const storedData = await prisma.storedData.create({
    data: { datastoreId, storageId: storage.id, type: 'VECTOR-DB', name: 'Donnée', status: 'GENERATED' },
  });
  const execution = await prisma.processingExecution.create({
    data: { datastoreId, processingId: processing.id, status: 'CREATED', outputIsNew: false },
  });
  const configuration = await prisma.configuration.create({
    data: { datastoreId, type: 'WFS', name: 'Configuration', layerName: 'matrice', typeInfos: {}, status: 'PUBLISHED' },
  });
  const offering = await prisma.offering.create({
    data: { configurationId: configuration.id, endpointId: endpoint.id, status: 'PUBLISHED', open: false, urls: [] },
  });
  const file = { key: 'matrice', mimeType: 'text/plain', size: 1n };
  const styleFile = await prisma.static.create({
    data: { datastoreId, type: 'GEOSERVER-STYLE', name: 'Style', fileName: 'style.sld', ...file },
  });
  const annex = await prisma.annex.create({ data: { datastoreId, ...file, digest: '00' } });
  const metadata = await prisma.metadata.create({
    data: {
      datastoreId,
      type: 'ISOAP',
      level: 'DATASET',
      fileIdentifier: 'matrice',
      content: {},
      key: 'matrice',
      size: 1n,
    },
  });
  const permission = await prisma.permission.create({
    data: { datastoreId, licence: 'Licence', userId, offerings: { create: { offeringId: offering.id } } },
  });
  const comments = await Promise.all(
    [
      { entityType: 'upload', entityId: upload.id },
      { entityType: 'stored_data', entityId: storedData.id },
      { entityType: 'configuration', entityId: configuration.id },
    ].map((subject) => prisma.comment.create({ data: { ...subject, text: 'Remarque', authorId: userId } })),
  );
  return {
    upload: upload.id,
    'checks/executions': checkExecution.id,
    stored_data: storedData.id,
    'processings/executions': execution.id,
    configuration: configuration.id,
    offering: offering.id,
    static: styleFile.id,
    annex: annex.id,
    metadata: metadata.id,
    permission: permission.id,
    ...Object.fromEntries(comments.map(({ entityType, id }) => [`${entityType}/comment`, id])),
  };
}
