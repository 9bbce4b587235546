import type { Term } from './model.js';

/** The feeds of the download service, member by member as its JSON has them (spec diffusion §8). */

export const ATOM = 'application/atom+xml';

export interface FeedLink {
  readonly href: string;
  readonly hreflang?: string;
  readonly rel: 'self' | 'alternate' | 'up' | 'section';
  readonly type: string;
  readonly title?: string | undefined;
  /** Bytes. */
  readonly length?: number;
  /** `west south east north` in degrees. */
  readonly bbox: string | null;
}

export interface FeedEntry {
  readonly title?: string;
  readonly spatialDatasetIdentifierCode?: string | undefined;
  readonly spatialDatasetIdentifierNamespace?: string | undefined;
  readonly link: readonly FeedLink[];
  readonly id: string;
  readonly rights?: string | undefined;
  readonly updated?: Date;
  readonly content: string;
  /** `x y x y …` in degrees, longitude first, against GeoRSS. */
  readonly polygon?: string | undefined;
  readonly editionDateStart?: string | undefined;
  readonly editionDateEnd?: string | undefined;
  readonly editionDate?: string | undefined;
  readonly category: readonly Term[];
  readonly zone?: readonly Term[];
  readonly format?: readonly Term[];
  readonly resolution?: readonly Term[];
  readonly mime_type?: readonly string[];
}

export interface Feed {
  readonly lang: string;
  readonly page: number;
  readonly pagesize: number;
  readonly pagecount: number;
  readonly totalentries: number;
  readonly title: string;
  readonly subtitle: string;
  readonly id: string;
  readonly rights?: string | undefined;
  readonly updated: Date;
  readonly author: { readonly name: string; readonly email: string };
  readonly spatialDatasetIdentifierCode?: string | undefined;
  readonly spatialDatasetIdentifierNamespace?: string | undefined;
  readonly editionDateStart?: string | undefined;
  readonly editionDateEnd?: string | undefined;
  readonly editionDate?: string | undefined;
  readonly category?: readonly Term[];
  /** Lists of a resource, the only one of a part. */
  readonly zone?: readonly Term[] | Term | undefined;
  readonly format?: readonly Term[] | Term | undefined;
  readonly resolution?: Term | undefined;
  readonly link: readonly FeedLink[];
  readonly entry: readonly FeedEntry[];
}
