import { defineStates } from './table.js';

/** Configurations, diffusion.md §2. */
export const configurationStates = defineStates({
  entity: 'configuration',
  label: 'La configuration',
  statuses: ['UNPUBLISHED', 'PUBLISHED', 'SYNCHRONIZING'],
  initial: ['UNPUBLISHED'],
  final: [],
  actions: {
    /** An offering of it is published, or synchronised. */
    published: {
      actor: 'platform',
      from: ['UNPUBLISHED', 'PUBLISHED', 'SYNCHRONIZING'],
      to: 'PUBLISHED',
      title: 'Publication',
      refusal: 'La configuration ne peut pas être publiée (statut actuel : {status}).',
    },
    synchronise: {
      actor: 'BROADCAST',
      from: ['PUBLISHED', 'SYNCHRONIZING'],
      to: 'SYNCHRONIZING',
      title: 'Synchronisation demandée',
      refusal:
        'Une configuration ne peut être synchronisée que lorsque son statut est PUBLISHED (statut actuel : {status}).',
    },
    /** The last offering of it is gone. */
    unpublished: {
      actor: 'platform',
      from: ['UNPUBLISHED', 'PUBLISHED', 'SYNCHRONIZING'],
      to: 'UNPUBLISHED',
      title: 'Dépublication',
      refusal: 'La configuration ne peut pas être dépubliée (statut actuel : {status}).',
    },
    /** PUT: the content changes, the offerings follow at their next synchronisation. */
    modify: {
      actor: 'BROADCAST',
      from: ['UNPUBLISHED', 'PUBLISHED'],
      to: null,
      title: 'Modification',
      refusal: 'La configuration ne peut pas être modifiée pendant sa synchronisation (statut actuel : {status}).',
    },
    /** The row goes away. */
    delete: {
      actor: 'BROADCAST',
      from: ['UNPUBLISHED'],
      to: null,
      refusal:
        'Une configuration ne peut être supprimée que lorsque son statut est UNPUBLISHED (statut actuel : {status}).',
    },
  },
});

export type ConfigurationStatus = (typeof configurationStates.statuses)[number];
