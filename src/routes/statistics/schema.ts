import { Type } from 'typebox';
import { Instant } from '../schemas.js';

const Moment = (description: string) => Type.Optional(Type.String({ description, examples: ['2026-05-01T00:00:00Z'] }));

export const StatisticsQuery = Type.Object({
  start: Moment("Début de la période, inclus ; un an avant la fin s'il est absent."),
  end: Moment('Fin de la période, exclue ; maintenant si elle est absente.'),
  details: Type.Optional(
    Type.Boolean({
      description: 'true : détail par pas de cinq minutes, sur les trente derniers jours ; sinon, par mois.',
    }),
  ),
});

const Hits = Type.Object(
  {
    begin_date: Instant,
    end_date: Instant,
    hits: Type.Integer(),
    data_transfer: Type.Integer({ description: 'Octets.' }),
  },
  { title: 'HitsDto' },
);

export const Statistics = Type.Object({ total: Hits, details: Type.Array(Hits) }, { title: 'HitStatisticsDto' });
