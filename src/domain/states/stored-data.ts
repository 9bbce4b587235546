import { defineStates } from './table.js';

/** Stored data, lifecycle.md §4.2 (effect on the output entity) and §5. */
export const storedDataStates = defineStates({
  entity: 'stored_data',
  label: 'La donnée stockée',
  statuses: ['CREATED', 'GENERATING', 'MODIFYING', 'GENERATED', 'UNSTABLE', 'DELETED'],
  initial: ['CREATED'],
  final: ['DELETED'],
  actions: {
    /** Launch of the processing that creates it. */
    generate: {
      actor: 'PROCESSING',
      from: ['CREATED'],
      to: 'GENERATING',
      title: 'Traitement demandé',
      refusal: 'La donnée stockée ne peut être générée que lorsque son statut est CREATED (statut actuel : {status}).',
    },
    /** Launch of a processing that modifies it in place; also after a failed update (lifecycle §10, 8). */
    modify: {
      actor: 'PROCESSING',
      from: ['GENERATED', 'UNSTABLE'],
      to: 'MODIFYING',
      title: 'Traitement demandé',
      refusal:
        'La donnée stockée ne peut être modifiée que lorsque son statut est GENERATED ou UNSTABLE (statut actuel : {status}).',
    },
    generated: {
      actor: 'platform',
      from: ['GENERATING'],
      to: 'GENERATED',
      title: 'Génération',
      refusal: 'La donnée stockée n’est pas en cours de génération (statut actuel : {status}).',
    },
    modified: {
      actor: 'platform',
      from: ['MODIFYING'],
      to: 'GENERATED',
      title: 'Modification',
      refusal: 'La donnée stockée n’est pas en cours de modification (statut actuel : {status}).',
    },
    /** Failure or abort of the processing; an execution may be aborted before its launch. */
    fail: {
      actor: 'platform',
      from: ['CREATED', 'GENERATING', 'MODIFYING'],
      to: 'UNSTABLE',
      title: 'Traitement terminé',
      refusal: 'La donnée stockée n’est pas en cours de génération (statut actuel : {status}).',
    },
    /** Serve as the input of a processing. */
    use: {
      actor: 'PROCESSING',
      from: ['GENERATED'],
      to: null,
      refusal:
        "Seule une donnée stockée générée (GENERATED) peut être utilisée en entrée d'un traitement (statut actuel : {status}).",
    },
    /** Serve in a configuration; a published data may be under modification. */
    publish: {
      actor: 'BROADCAST',
      from: ['GENERATED', 'MODIFYING'],
      to: null,
      refusal:
        'Seule une donnée stockée générée (GENERATED) peut être utilisée par une configuration (statut actuel : {status}).',
    },
    delete: {
      actor: 'PROCESSING',
      from: ['CREATED', 'GENERATED', 'UNSTABLE'],
      to: 'DELETED',
      title: 'Suppression',
      refusal:
        'La donnée stockée ne peut être supprimée que lorsque son statut est CREATED, GENERATED ou UNSTABLE (statut actuel : {status}).',
    },
  },
});

export type StoredDataStatus = (typeof storedDataStates.statuses)[number];
