import {
  type BrowsedRecords,
  type Browsing,
  type Facet,
  type FoundRecord,
  PAGE_SIZE,
} from '../../domain/record-browse.js';
import { type Html, markup } from '../../html.js';
import { MAX_WORDS } from '../../ogc/csw/full-text.js';
import { organisationsOf, type RecordContent } from '../../ogc/iso/content.js';
import { describe, extentMap } from './extent-map.js';
import { levelLabel, topicLabel } from './labels.js';
import { layout } from './layout.js';

/** The pages of the catalogue for people: a search with what narrows it, and a record. */

const HOME = '/catalogue';

/** Characters of an abstract in a list. */
const EXCERPT = 300;

/** A page of what was found. */
export function searchPage(asked: Browsing, { matched, isCut, records, producers, themes }: BrowsedRecords): Html {
  return layout(
    'Catalogue',
    markup`<form action="${HOME}" method="get" role="search">
        <div>
          <label for="q">Rechercher une métadonnée</label>
          <input id="q" name="q" type="search" maxlength="500" value="${asked.text}" />
        </div>
        ${hidden('producteur', asked.producer)}${hidden('theme', asked.theme)}
        <button type="submit">Rechercher</button>
      </form>
      ${chosen(asked)}
      <div class="columns">
        <section class="results" aria-label="Résultats">
          <h2>${countOf(matched)}</h2>
          ${isCut ? markup`<p>Seuls les ${MAX_WORDS} premiers mots ont été cherchés.</p>` : undefined}
          <ol class="plain">${records.map(resultItem)}</ol>
          ${pageLinks(asked, matched)}
        </section>
        <nav class="facets" aria-label="Affiner la recherche">
          ${facetList('Producteurs', producers, ({ value }) => ({ ...asked, producer: value, page: 1 }), String)}
          ${facetList('Thèmes', themes, ({ value }) => ({ ...asked, theme: value, page: 1 }), topicLabel)}
        </nav>
      </div>`,
  );
}

function hidden(name: string, value: string | undefined): Html | undefined {
  return value === undefined ? undefined : markup`<input type="hidden" name="${name}" value="${value}" />`;
}

/** What the search is narrowed to, each with a link that widens it. */
function chosen(asked: Browsing): Html | undefined {
  const { producer, theme } = asked;
  if (producer === undefined && theme === undefined) return undefined;
  const item = (label: string, wider: Browsing) =>
    markup`<li>${label} <a href="${addressOf(wider)}">Retirer ce critère<span class="skip"> ${label}</span></a></li>`;
  return markup`<ul class="plain" aria-label="Critères choisis">
    ${producer === undefined ? undefined : item(`Producteur : ${producer}`, { ...asked, producer: undefined, page: 1 })}
    ${theme === undefined ? undefined : item(`Thème : ${topicLabel(theme)}`, { ...asked, theme: undefined, page: 1 })}
  </ul>`;
}

function countOf(matched: number): string {
  if (matched === 0) return 'Aucune métadonnée ne correspond';
  return matched === 1 ? '1 métadonnée' : `${matched} métadonnées`;
}

function resultItem({ identifier, content }: FoundRecord): Html {
  const { abstract = '', level } = content;
  const excerpt = abstract.length > EXCERPT ? `${abstract.slice(0, EXCERPT)}…` : abstract;
  const [producer] = organisationsOf(content);
  return markup`<li>
    <h3><a href="${recordAddress(identifier)}">${titleOf(identifier, content)}</a></h3>
    <p>${excerpt}</p>
    <p class="detail">${[levelLabel(level), producer].filter((text) => text !== undefined).join(' – ')}</p>
  </li>`;
}

function pageLinks(asked: Browsing, matched: number): Html | undefined {
  const last = Math.ceil(matched / PAGE_SIZE);
  const { page } = asked;
  if (matched > 0 && page > last) {
    return markup`<p>Il n’y a pas de page ${page}. <a href="${addressOf({ ...asked, page: last })}">Aller à la dernière page</a></p>`;
  }
  if (last <= 1) return undefined;
  return markup`<nav class="pages" aria-label="Pages">
    ${page > 1 ? markup`<a rel="prev" href="${addressOf({ ...asked, page: page - 1 })}">Page précédente</a>` : undefined}
    <span>Page ${page} sur ${last}</span>
    ${page < last ? markup`<a rel="next" href="${addressOf({ ...asked, page: page + 1 })}">Page suivante</a>` : undefined}
  </nav>`;
}

function facetList(
  title: string,
  facets: readonly Facet[],
  narrowed: (facet: Facet) => Browsing,
  label: (value: string) => string,
): Html | undefined {
  if (facets.length === 0) return undefined;
  return markup`<h2>${title}</h2>
    <ul class="plain">
      ${facets.map((facet) => markup`<li><a href="${addressOf(narrowed(facet))}">${label(facet.value)}</a> (${facet.count})</li>`)}
    </ul>`;
}

function addressOf({ text, producer, theme, page }: Browsing): string {
  const query = new URLSearchParams();
  if (text !== undefined) query.set('q', text);
  if (producer !== undefined) query.set('producteur', producer);
  if (theme !== undefined) query.set('theme', theme);
  if (page > 1) query.set('page', String(page));
  return query.size === 0 ? HOME : `${HOME}?${query.toString()}`;
}

function recordAddress(identifier: string): string {
  return `${HOME}/fiche?${new URLSearchParams({ id: identifier }).toString()}`;
}

function titleOf(identifier: string, { title }: RecordContent): string {
  return title ?? identifier;
}

/** All that is known of a record. */
export function recordPage({ identifier, content }: FoundRecord): Html {
  const xml = `/csw?${new URLSearchParams({
    SERVICE: 'CSW',
    VERSION: '2.0.2',
    REQUEST: 'GetRecordById',
    ID: identifier,
    ELEMENTSETNAME: 'full',
    OUTPUTSCHEMA: 'own',
  }).toString()}`;
  const { dates } = content;
  return layout(
    titleOf(identifier, content),
    markup`<p><a href="${HOME}">Retour au catalogue</a></p>
      <dl>
        ${entry('Résumé', [content.abstract])} ${entry('Type', [levelLabel(content.level)])}
        ${entry('Producteurs', organisationsOf(content))}
        ${entry('Thèmes', [...content.topicCategories.map(topicLabel), ...content.inspireThemes])}
        ${entry('Mots-clés', content.keywords, ', ')} ${entry('Création', [dates.creation])}
        ${entry('Publication', [dates.publication])} ${entry('Révision', [dates.revision])}
        ${entry('Généalogie', [content.lineage])} ${entry('Formats', content.formats, ', ')}
        ${entry('Systèmes de référence', content.crs)}
        ${entry(
          'Échelles',
          content.denominators.map((value) => `1 : ${value}`),
          ', ',
        )}
        ${entry(
          'Résolutions',
          content.distances.map(({ value, unit }) => `${value} ${unit}`),
          ', ',
        )}
        ${entry('Conditions d’utilisation', [...content.useConditions, ...content.otherConstraints])}
        ${entry(
          'Contacts',
          [...content.parties, ...content.contacts].map(({ email }) => email),
        )}
        ${entry('Identifiant', [identifier])} ${entry('Fiche mise à jour', [content.modified])}
      </dl>
      ${
        content.boxes.length === 0
          ? undefined
          : markup`<h2>Emprise</h2>
            <figure>
              ${extentMap(content.boxes)}
              <figcaption class="detail">${content.boxes.slice(0, 5).map(describe).join(' ; ')}</figcaption>
            </figure>`
      }
      ${linkList(content)}
      <p><a href="${xml}">Métadonnée en XML</a></p>`,
  );
}

function entry(term: string, values: readonly (string | undefined)[], separator = '\n'): Html | undefined {
  const known = [...new Set(values.filter((value) => value !== undefined))];
  if (known.length === 0) return undefined;
  return markup`<dt>${term}</dt><dd>${known.join(separator)}</dd>`;
}

/** Only addresses of the web can be followed: a record may hold any text. */
function linkList({ links }: RecordContent): Html | undefined {
  if (links.length === 0) return undefined;
  return markup`<h2>Liens</h2>
    <ul>
      ${links.map(({ url, name, description, protocol }) => {
        const label = description ?? name ?? url;
        const shown = /^https?:\/\//i.test(url)
          ? markup`<a href="${url}" rel="noopener noreferrer nofollow">${label}</a>`
          : markup`${label} <span class="detail">${url}</span>`;
        return markup`<li>${shown}${protocol === undefined ? undefined : markup` <span class="detail">(${protocol})</span>`}</li>`;
      })}
    </ul>`;
}

/** That a record is not there. */
export function unknownRecordPage(): Html {
  return apology('Métadonnée inconnue', 'Cette métadonnée n’existe pas, ou n’est pas publiée.');
}

/** That others are being served. */
export function busyPage(): Html {
  return apology('Catalogue occupé', 'Trop de recherches sont en cours. Réessayez dans quelques instants.');
}

/** That something went wrong on our side. */
export function failurePage(): Html {
  return apology('Erreur', 'Une erreur interne est survenue.');
}

function apology(title: string, sentence: string): Html {
  return layout(
    title,
    markup`<p role="alert">${sentence}</p>
      <p><a href="${HOME}">Retour au catalogue</a></p>`,
  );
}
