import { type Static, Type } from 'typebox';
import { BoundingBox, Instant, Uuid } from '../schemas.js';

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const CommunityParams = Type.Object({ community: Uuid });
export const PublicParams = Type.Object({
  technical_name: Type.String({ pattern: '^[A-Za-z0-9_.-]+$', maxLength: 100 }),
});

export const ActivityQuery = Type.Object({
  before: Type.Optional(
    Type.String({ description: 'Date ou instant ISO 8601 de fin, compris ; maintenant par défaut.' }),
  ),
  after: Type.Optional(
    Type.String({ description: 'Date ou instant ISO 8601 de début, compris ; 15 jours avant la fin par défaut.' }),
  ),
});

const Link = Type.Object(
  { href: Type.String(), type: Type.String(), title: Type.String(), rel: Type.String() },
  { title: 'LinkDto' },
);

const Entry = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    updated: Instant,
    links: Type.Array(Link),
    content: Type.String(),
    categories: Type.Array(Type.Object({ term: Type.String(), label: Type.String() }, { title: 'CategoryDto' })),
    polygon: Type.Optional(BoundingBox),
  },
  { title: 'EntryDto' },
);
export type Entry = Static<typeof Entry>;

export const Feed = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    subtitle: Type.String(),
    updated: Instant,
    links: Type.Array(Link),
    xmlns: Type.String(),
    rights: Type.String(),
    author: Type.Object({ name: Type.String(), email: Type.String() }, { title: 'AuthorDto' }),
    entries: Type.Array(Entry),
  },
  { title: 'FeedDto' },
);
export type Feed = Static<typeof Feed>;
