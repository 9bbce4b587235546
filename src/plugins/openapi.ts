import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { nameSchemas } from './openapi-components.js';
import { swaggerPage, swaggerScript } from './swagger-page.js';

declare module 'fastify' {
  interface FastifySchema {
    /** Schemas of the text parts of a multipart body, beside `file`; for the document only. */
    formFields?: Readonly<Record<string, object>>;
  }
}

const REALM = '/realms/geoplateforme/protocol/openid-connect';

/** Scheme of every operation that is not anonymous. */
const SECURITY = [{ geoplateforme: [] }];

/** Tags of the platform's own document (contract §1), in its order, and what they hold. */
const TAGS: Readonly<Record<string, string>> = {
  Utilisateurs: 'Soi-même : profil, clés, accès, permissions reçues.',
  'Documents personnels': "Fichiers d'une personne, partagés ou publiés par adresse secrète.",
  Communautés: 'Communautés, leurs membres et leurs permissions.',
  Organismes: 'Ce que voient les membres officiels d’un organisme.',
  Entrepôt: 'Entrepôt, stockages et points d’accès, avec quotas et consommation.',
  'Livraisons et vérifications': 'Dépôt des fichiers et vérifications.',
  Traitements: 'Traitements et leurs exécutions.',
  'Données stockées': 'Résultats des traitements.',
  'Fichiers statiques': 'Styles, gabarits et scripts de dérivation.',
  Annexes: 'Fichiers publiés tels quels.',
  Métadonnées: 'Fiches ISO 19115 et leur publication.',
  'Configurations et publications': 'Configurations et offres.',
  Permissions: 'Droits d’usage des offres restreintes.',
  Statistiques: 'Consommation des services.',
  'Fichiers communs': 'Pyramides de tuiles (TMS) et nomenclatures.',
  'Accès publics': 'Catalogues, sans jeton.',
  'Accès administrateur': 'Administration de la plateforme.',
};

/**
 * The OpenAPI document made from the routes' schemas, at `/v3/api-docs`, and Swagger UI at
 * `/swagger-ui/index.html`, where the platform has them (contract §2). The document holds no origin,
 * so that it is the same everywhere.
 */
export const openapiPlugin = fp(
  async (app) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'API Entrepôt (geopf-local)',
          version: '1.0.0',
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
          description:
            "Émulateur de l'API Entrepôt de la Géoplateforme. `x-right` donne le droit que chaque opération demande, `x-fidelity` ce que l'on sait de son comportement sur la plateforme (`documented`, `observed`, `inferred`, `choice`) et `x-source` d'où.",
        },
        servers: [{ url: '/api' }],
        tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
        components: {
          securitySchemes: {
            geoplateforme: {
              type: 'oauth2',
              flows: {
                password: { tokenUrl: `${REALM}/token`, refreshUrl: `${REALM}/token`, scopes: {} },
                authorizationCode: {
                  authorizationUrl: `${REALM}/auth`,
                  tokenUrl: `${REALM}/token`,
                  refreshUrl: `${REALM}/token`,
                  scopes: {},
                },
              },
            },
          },
        },
      },
      transform: ({ schema, url, route }) => ({
        schema: { ...schema, ...describeRight(route), ...describeFidelity(route), ...describeForm(schema) },
        url,
      }),
      transformObject: (document) =>
        'openapiObject' in document
          ? (nameSchemas(document.openapiObject as Record<string, unknown>) as typeof document.openapiObject)
          : document.swaggerObject,
    });
    await app.register(swaggerUi, { routePrefix: '/swagger-ui' });

    const hidden = { schema: { hide: true } } as const;
    app.get('/v3/api-docs', { ...hidden, config: { right: 'anonymous' } }, async () => app.swagger());
    app.get('/swagger-ui/index.html', { ...hidden, config: { right: 'anonymous' } }, async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(swaggerPage),
    );
    app.get('/swagger-ui/initializer.js', { ...hidden, config: { right: 'anonymous' } }, async (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(swaggerScript),
    );
    // Where the identity provider sends the browser back; the query must survive.
    app.get(
      '/swagger-ui/oauth2-redirect.html',
      { ...hidden, config: { right: 'anonymous' } },
      async (request, reply) => {
        const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
        return reply.redirect(`./static/oauth2-redirect.html${query}`);
      },
    );
  },
  { name: 'openapi', fastify: '5.x' },
);

function describeRight(route: RouteOptions): Record<string, unknown> {
  const right = route.config?.right;
  if (right === undefined || right === 'anonymous') return { security: [], 'x-right': 'anonymous' };
  return { security: SECURITY, 'x-right': right };
}

function describeFidelity(route: RouteOptions): Record<string, unknown> {
  const fidelity = route.config?.fidelity;
  return fidelity === undefined ? {} : { 'x-fidelity': fidelity.label, 'x-source': fidelity.source };
}

/** A multipart body is read as a stream, so it has no schema to be validated by: this one is for the document. */
function describeForm(schema: FastifySchema): FastifySchema {
  if (schema.consumes?.includes('multipart/form-data') !== true || schema.body !== undefined) return {};
  return {
    body: {
      type: 'object',
      required: ['file'],
      properties: { file: { type: 'string', format: 'binary' }, ...schema.formFields },
    },
  };
}
