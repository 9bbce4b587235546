/** Names in French of the codes that records hold. */

const TOPICS: Readonly<Record<string, string>> = {
  farming: 'Agriculture',
  biota: 'Flore et faune',
  boundaries: 'Limites administratives et légales',
  climatologyMeteorologyAtmosphere: 'Climatologie et météorologie',
  economy: 'Économie',
  elevation: 'Altitude',
  environment: 'Environnement',
  geoscientificInformation: 'Sciences de la Terre',
  health: 'Santé',
  imageryBaseMapsEarthCover: 'Imagerie, cartes de base, occupation des terres',
  intelligenceMilitary: 'Renseignement et secteur militaire',
  inlandWaters: 'Eaux intérieures',
  location: 'Localisation',
  oceans: 'Océans',
  planningCadastre: 'Planification et cadastre',
  society: 'Société',
  structure: 'Constructions et ouvrages',
  transportation: 'Transports',
  utilitiesCommunication: 'Réseaux et communications',
};

const LEVELS: Readonly<Record<string, string>> = {
  dataset: 'Jeu de données',
  series: 'Ensemble de jeux de données',
  service: 'Service',
};

/** A topic category in French; other themes as they are. */
export function topicLabel(topic: string): string {
  return Object.hasOwn(TOPICS, topic) ? (TOPICS[topic] ?? topic) : topic;
}

/** A hierarchy level in French. */
export function levelLabel(level: string): string {
  return Object.hasOwn(LEVELS, level) ? (LEVELS[level] ?? level) : level;
}
