import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { EnvironmentSchema } from '../src/environment.js';
import { projectRoot } from '../src/supervisor/paths.js';

const root = projectRoot();
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const variables = Object.keys(EnvironmentSchema.properties);

interface ComposeService {
  image?: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, ComposeService> };
const dockerfile = read('Dockerfile');

/** The source of a compiled file: `dist/src/server.js` comes from `src/server.ts`. */
function sourceOf(compiled = ''): string {
  return join(root, compiled.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
}

void t.test('.env.example names every variable of the schema once, with its default', async (t) => {
  const lines = [...read('.env.example').matchAll(/^#([A-Z_]+)=(.*)$/gm)];
  t.strictSame(
    lines.map(([, name]) => name),
    variables,
  );
  for (const [, name = '', value = ''] of lines) {
    const schema = EnvironmentSchema.properties[name as keyof typeof EnvironmentSchema.properties] as {
      default?: string | number | boolean;
    };
    const shown = typeof schema.default === 'boolean' ? Number(schema.default) : (schema.default ?? '');
    t.equal(value, String(shown), name);
  }
});

void t.test('docker-compose.yml has the parts of the emulator, each with a health check', async (t) => {
  const { prepare, ...running } = compose.services;
  t.strictSame(Object.keys(running).sort(), ['postgis', 'redis', 'server', 'worker']);
  for (const [name, service] of Object.entries(running)) {
    const fromImage = service.build !== undefined && /^HEALTHCHECK/m.test(dockerfile);
    t.ok(fromImage || service.healthcheck?.test?.length, `${name} has a health check`);
    t.ok(service.build ?? /:\d/.test(service.image ?? ''), `${name} has an image with a version`);
  }
  t.equal(prepare?.healthcheck?.disable, true, 'the preparation ends by itself');
});

void t.test('docker-compose.yml refers only to things that exist', async (t) => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const dependency of Object.keys(service.depends_on ?? {})) t.ok(compose.services[dependency], dependency);
    if (service.build === undefined) continue;
    t.ok(existsSync(sourceOf(service.command?.[1])), `${name} runs ${service.command?.join(' ')}`);
    for (const variable of Object.keys(service.environment ?? {})) t.ok(variables.includes(variable), variable);
  }
});

void t.test('the image is built by script/bootstrap and runs as an unprivileged user', async (t) => {
  const instructions = dockerfile.replace(/\\\n/g, ' ').split('\n');
  t.match(
    instructions.find((line) => line.startsWith('FROM ')),
    /^FROM node:(20|22|24)-\w+/,
  );
  t.ok(instructions.some((line) => line.startsWith('RUN script/bootstrap')));
  t.equal(
    instructions.findLast((line) => line.startsWith('USER ')),
    'USER node',
  );
  const command = JSON.parse(instructions.findLast((line) => line.startsWith('CMD '))?.slice(4) ?? '[]') as string[];
  t.ok(existsSync(sourceOf(command[1])), `the image runs ${command.join(' ')}`);
});
