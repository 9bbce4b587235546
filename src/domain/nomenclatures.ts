import type { Deps } from '../deps.js';
import { type Nomenclature, Prisma } from '../generated/prisma/client.js';
import { inOrder, matchesText, type Page, type Paged, pageOfIds } from './listing.js';

export interface NomenclatureFilters {
  readonly type?: string | undefined;
  readonly term?: string | undefined;
  readonly label?: string | undefined;
}

/** A page of the terms of the platform with their labels, by type then term. */
export async function listNomenclatures(
  { prisma }: Pick<Deps, 'prisma'>,
  query: { filters: NomenclatureFilters; page: Page },
): Promise<Paged<Nomenclature>> {
  const { type, term, label } = query.filters;
  const where: Prisma.Sql[] = [];
  if (type !== undefined) where.push(Prisma.sql`entity.type = ${type}`);
  if (term !== undefined) where.push(matchesText(Prisma.sql`entity.term`, term));
  if (label !== undefined) where.push(matchesText(Prisma.sql`entity.label`, label));
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.nomenclature AS entity`,
    where,
    orderBy: [Prisma.sql`entity.type`, Prisma.sql`entity.term`],
    page: query.page,
  });
  const rows = await prisma.nomenclature.findMany({ where: { id: { in: ids } } });
  return { items: inOrder(ids, rows), total };
}
