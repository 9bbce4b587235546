import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { buildTestApp } from './app.js';
import { openapiFile, openapiText } from './openapi.js';

// What script/generate-openapi.mjs runs: the document needs the whole application, with its services.
const { app } = await buildTestApp(t);
await writeFile(openapiFile, await openapiText(app));
t.pass(`${openapiFile} is written`);
