import Value from 'typebox/value';
import { type Document, parseDocument } from 'yaml';
import { ENDPOINTS } from '../catalogue/endpoints.js';
import { NOMENCLATURES } from '../catalogue/nomenclatures.js';
import { type Seed, type SeedDatastore, SeedSchema } from './schema.js';

/** Password of every account of the default seed: known to all, so refused in production. */
export const DEFAULT_PASSWORD = 'geopf-local';

/** The seed cannot be used; `faults` has one sentence per problem, all of them together. */
export class SeedError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`invalid seed:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'SeedError';
  }
}

/**
 * Reads a seed file, YAML or JSON (which is YAML too), fills in the defaults and checks it.
 * @param options.production refuses what everybody knows: default passwords, clients without secret
 * @throws SeedError with every fault
 */
export function parseSeed(text: string, options: { production: boolean }): Seed {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) throw new SeedError(document.errors.map((error) => error.message.trim()));
  const value: unknown = Value.Default(SeedSchema, toValue(document) ?? {});
  if (!Value.Check(SeedSchema, value)) throw new SeedError(schemaFaults(value));
  const faults = [...duplicateFaults(value), ...referenceFaults(value), ...clientFaults(value)];
  if (options.production) faults.push(...productionFaults(value));
  if (faults.length > 0) throw new SeedError(faults);
  return value;
}

/** Expands the aliases, within the parser's limit. */
function toValue(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new SeedError([(error as Error).message]);
  }
}

function schemaFaults(value: unknown): string[] {
  const faults = [...Value.Errors(SeedSchema, value)]
    // The same fault is reported once by the parent ("additionalProperties") and once by the member.
    .filter((error) => error.keyword !== 'boolean')
    .map((error) => {
      const extra = error.keyword === 'additionalProperties' ? ` (${String(error.params.additionalProperties)})` : '';
      return `${error.instancePath.slice(1).replaceAll('/', '.') || 'seed'}: ${error.message}${extra}`;
    });
  return [...new Set(faults)];
}

function duplicateFaults(seed: Seed): string[] {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    [
      'user id',
      [...seed.users.map((user) => user.id), ...seed.clients.flatMap((client) => client.service_account ?? [])],
    ],
    ['username', seed.users.map((user) => user.username)],
    ['email', seed.users.map((user) => user.email)],
    ['client', seed.clients.map((client) => client.id)],
    ['organization id', seed.organizations.map((organization) => organization.id)],
    ['organization name', seed.organizations.map((organization) => organization.name)],
    ['community id', seed.communities.map((community) => community.id)],
    ['community technical_name', seed.communities.map((community) => community.technical_name)],
    ['datastore id', seed.communities.flatMap((community) => community.datastore?.id ?? [])],
    ['stored data', seed.feature_types.map((type) => type.stored_data)],
    ['layer_name', seed.feature_types.map((type) => type.layer_name)],
  ];
  return lists.flatMap(([what, values]) =>
    values
      .filter((value, index) => values.indexOf(value) !== index)
      .map((value) => `${what} ${value} is used more than once`),
  );
}

function referenceFaults(seed: Seed): string[] {
  const people = new Set(seed.users.map((user) => user.username));
  const services = new Set(seed.clients.filter((client) => client.service_account !== undefined).map(({ id }) => id));
  const withDatastore = new Set(
    seed.communities
      .filter((community) => community.datastore !== undefined)
      .map((community) => community.technical_name),
  );
  const organizations = new Set(seed.organizations.map((organization) => organization.name));
  const faults: string[] = [];
  for (const { name, members, economical_model } of seed.organizations) {
    for (const user of members) {
      if (!people.has(user) && !services.has(user))
        faults.push(`organization ${name}: no user ${user} for its members`);
    }
    if (economical_model !== undefined && !isEconomicalModel(economical_model)) {
      faults.push(`organization ${name}: no economical model ${economical_model}`);
    }
  }
  for (const community of seed.communities) {
    const name = `community ${community.technical_name}`;
    if (community.organization !== undefined && !organizations.has(community.organization)) {
      faults.push(`${name}: no organization ${community.organization}`);
    }
    if (!people.has(community.supervisor)) faults.push(`${name}: no user ${community.supervisor} to supervise it`);
    for (const endpoint of unknownEndpoints(community.datastore)) faults.push(`${name}: no endpoint ${endpoint}`);
    for (const { user } of community.members) {
      if (!people.has(user) && !services.has(user)) faults.push(`${name}: no user ${user} for its members`);
    }
  }
  for (const type of seed.feature_types) {
    const name = `feature type ${type.layer_name}`;
    if (!withDatastore.has(type.community)) faults.push(`${name}: no datastore in a community ${type.community}`);
    for (const [index, { properties }] of type.features.entries()) {
      for (const property of Object.keys(properties)) {
        if (!Object.hasOwn(type.columns, property)) faults.push(`${name}, feature ${index}: no column ${property}`);
      }
    }
  }
  return faults;
}

const isEconomicalModel = (name: string) =>
  NOMENCLATURES.some(({ type, term }) => type === 'ECONOMICAL_MODEL' && term === name);

function unknownEndpoints(datastore: SeedDatastore | undefined): string[] {
  if (datastore === undefined || datastore.endpoints === 'all') return [];
  const known = new Set(ENDPOINTS.map((endpoint) => endpoint.technicalName));
  return datastore.endpoints.filter((name) => !known.has(name));
}

function clientFaults(seed: Seed): string[] {
  return seed.clients.flatMap((client) => {
    const faults: string[] = [];
    if (client.public && client.secret !== undefined) faults.push(`client ${client.id}: a public client has no secret`);
    const asService = client.grants.includes('client_credentials');
    if (asService !== (client.service_account !== undefined)) {
      faults.push(`client ${client.id}: service_account and the grant client_credentials go together`);
    }
    if (client.grants.includes('authorization_code') && client.redirect_uris.length === 0) {
      faults.push(`client ${client.id}: the grant authorization_code needs redirect_uris`);
    }
    return faults;
  });
}

function productionFaults(seed: Seed): string[] {
  return [
    ...seed.users
      .filter((user) => user.password === DEFAULT_PASSWORD)
      .map((user) => `user ${user.username}: the default password is refused in production`),
    ...seed.clients
      .filter((client) => !client.public && client.secret === undefined)
      .map((client) => `client ${client.id}: a secret is needed in production`),
  ];
}
