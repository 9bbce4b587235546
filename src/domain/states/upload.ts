import { defineStates } from './table.js';

/** Uploads, lifecycle.md §2.3. */
export const uploadStates = defineStates({
  entity: 'upload',
  label: 'La livraison',
  statuses: ['CREATED', 'OPEN', 'CHECKING', 'CLOSED', 'UNSTABLE', 'GENERATING', 'MODIFYING', 'DELETED'],
  initial: ['OPEN', 'CREATED'],
  final: ['DELETED'],
  actions: {
    /** Add or remove data and md5 files. */
    write: {
      actor: 'UPLOAD',
      from: ['OPEN'],
      to: null,
      refusal:
        'Les fichiers de la livraison ne peuvent être modifiés que lorsque son statut est OPEN (statut actuel : {status}).',
    },
    /** Serve as the input of a processing. */
    use: {
      actor: 'PROCESSING',
      from: ['CLOSED'],
      to: null,
      refusal:
        "Seule une livraison fermée (CLOSED) peut être utilisée en entrée d'un traitement (statut actuel : {status}).",
    },
    close: {
      actor: 'UPLOAD',
      from: ['OPEN'],
      to: 'CHECKING',
      title: 'Fermeture',
      refusal: 'La livraison ne peut être fermée que lorsque son statut est OPEN (statut actuel : {status}).',
    },
    open: {
      actor: 'UPLOAD',
      from: ['CLOSED', 'UNSTABLE'],
      to: 'OPEN',
      title: 'Réouverture',
      refusal:
        'La livraison ne peut être rouverte que lorsque son statut est CLOSED ou UNSTABLE (statut actuel : {status}).',
    },
    check: {
      actor: 'UPLOAD',
      from: ['CHECKING', 'CLOSED', 'UNSTABLE'],
      to: 'CHECKING',
      title: 'Vérification demandée',
      refusal:
        'Une vérification ne peut être demandée que lorsque le statut de la livraison est CHECKING, CLOSED ou UNSTABLE (statut actuel : {status}).',
    },
    checksPassed: {
      actor: 'platform',
      from: ['CHECKING'],
      to: 'CLOSED',
      title: 'Vérification terminée',
      refusal: 'La livraison n’est pas en cours de vérification (statut actuel : {status}).',
    },
    checksFailed: {
      actor: 'platform',
      from: ['CHECKING'],
      to: 'UNSTABLE',
      title: 'Vérification terminée',
      refusal: 'La livraison n’est pas en cours de vérification (statut actuel : {status}).',
    },
    /** Launch of the processing that creates this upload. */
    generate: {
      actor: 'PROCESSING',
      from: ['CREATED'],
      to: 'GENERATING',
      title: 'Traitement demandé',
      refusal: 'La livraison ne peut être générée que lorsque son statut est CREATED (statut actuel : {status}).',
    },
    /** Launch of a processing that modifies this upload in place. */
    modify: {
      actor: 'PROCESSING',
      from: ['OPEN', 'CLOSED', 'UNSTABLE'],
      to: 'MODIFYING',
      title: 'Traitement demandé',
      refusal:
        'La livraison ne peut être modifiée par un traitement que lorsque son statut est OPEN, CLOSED ou UNSTABLE (statut actuel : {status}).',
    },
    generated: {
      actor: 'platform',
      from: ['GENERATING', 'MODIFYING'],
      to: 'OPEN',
      title: 'Traitement terminé',
      refusal: 'La livraison n’est pas en cours de génération (statut actuel : {status}).',
    },
    generationFailed: {
      actor: 'platform',
      from: ['CREATED', 'GENERATING', 'MODIFYING'],
      to: 'UNSTABLE',
      title: 'Traitement terminé',
      refusal: 'La livraison n’est pas en cours de génération (statut actuel : {status}).',
    },
    delete: {
      actor: 'UPLOAD',
      from: ['OPEN', 'CLOSED', 'UNSTABLE'],
      to: 'DELETED',
      title: 'Suppression',
      refusal:
        'La livraison ne peut être supprimée que lorsque son statut est OPEN, CLOSED ou UNSTABLE (statut actuel : {status}).',
    },
  },
});

export type UploadStatus = (typeof uploadStates.statuses)[number];
