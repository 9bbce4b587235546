// Writes docs/openapi.json from the schemas of the routes. Run after `npm run build` when a route changes;
// test/plugins/openapi.test.ts fails until it has been.
await import('../dist/test/helpers/write-openapi.js');
