import { defineStates } from './table.js';

/** Offerings, diffusion.md §3. A removed offering has no status: it answers 404. */
export const offeringStates = defineStates({
  entity: 'offering',
  label: "L'offre",
  statuses: ['PUBLISHING', 'PUBLISHED', 'MODIFYING', 'UNPUBLISHING', 'UNSTABLE'],
  initial: ['PUBLISHING'],
  final: ['UNPUBLISHING'],
  actions: {
    published: {
      actor: 'platform',
      from: ['PUBLISHING'],
      to: 'PUBLISHED',
      title: 'Publication',
      refusal: "L'offre n'est pas en cours de publication (statut actuel : {status}).",
    },
    synchronise: {
      actor: 'BROADCAST',
      from: ['PUBLISHED', 'UNSTABLE'],
      to: 'MODIFYING',
      title: 'Synchronisation demandée',
      refusal:
        "L'offre ne peut être synchronisée que lorsque son statut est PUBLISHED ou UNSTABLE (statut actuel : {status}).",
    },
    synchronised: {
      actor: 'platform',
      from: ['MODIFYING'],
      to: 'PUBLISHED',
      title: 'Synchronisation',
      refusal: "L'offre n'est pas en cours de synchronisation (statut actuel : {status}).",
    },
    fail: {
      actor: 'platform',
      from: ['PUBLISHING', 'MODIFYING'],
      to: 'UNSTABLE',
      title: 'Publication en erreur',
      refusal: "L'offre n'est pas en cours de publication (statut actuel : {status}).",
    },
    /** PATCH of what does not touch the published content. */
    modify: {
      actor: 'BROADCAST',
      from: ['PUBLISHING', 'PUBLISHED', 'MODIFYING', 'UNSTABLE'],
      to: null,
      refusal: "L'offre est en cours de suppression (statut actuel : {status}).",
    },
    unpublish: {
      actor: 'BROADCAST',
      from: ['PUBLISHING', 'PUBLISHED', 'MODIFYING', 'UNSTABLE'],
      to: 'UNPUBLISHING',
      title: 'Dépublication demandée',
      refusal: "L'offre est déjà en cours de suppression (statut actuel : {status}).",
    },
  },
});

export type OfferingStatus = (typeof offeringStates.statuses)[number];
