/**
 * Swagger UI at the platform's address. The page of @fastify/swagger-ui cannot be used as it is: it
 * reads its own copy of the document and imposes its own redirect address, which is not among those
 * of the client `gpf-swagger`.
 */
export const swaggerPage = `<!doctype html>
<html lang="fr">
  <head>
    <meta charset="utf-8">
    <title>API Entrepôt (geopf-local)</title>
    <link rel="stylesheet" href="./static/swagger-ui.css">
    <link rel="icon" type="image/png" href="./static/favicon-32x32.png" sizes="32x32">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="./static/swagger-ui-bundle.js" charset="utf-8"></script>
    <script src="./static/swagger-ui-standalone-preset.js" charset="utf-8"></script>
    <script src="./initializer.js" charset="utf-8"></script>
  </body>
</html>
`;

/** Starts Swagger UI in the browser. */
export const swaggerScript = `window.addEventListener('load', () => {
  const here = new URL('./', window.location.href);
  const ui = SwaggerUIBundle({
    dom_id: '#swagger-ui',
    url: new URL('../v3/api-docs', here).href,
    oauth2RedirectUrl: new URL('oauth2-redirect.html', here).href,
    deepLinking: true,
    docExpansion: 'none',
    persistAuthorization: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
  });
  ui.initOAuth({ clientId: 'gpf-swagger', usePkceWithAuthorizationCodeGrant: true });
});
`;
