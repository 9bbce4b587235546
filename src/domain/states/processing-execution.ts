import { defineStates } from './table.js';

/** Executions of processings, lifecycle.md §4.2. */
export const processingExecutionStates = defineStates({
  entity: 'processing_execution',
  label: "L'exécution de traitement",
  statuses: ['CREATED', 'WAITING', 'PROGRESS', 'SUCCESS', 'FAILURE', 'ABORTED'],
  initial: ['CREATED'],
  final: ['SUCCESS', 'FAILURE', 'ABORTED'],
  actions: {
    launch: {
      actor: 'PROCESSING',
      from: ['CREATED'],
      to: 'WAITING',
      stamp: 'launch',
      refusal: "L'exécution de traitement a déjà été lancée (statut actuel : {status}).",
    },
    start: {
      actor: 'platform',
      from: ['WAITING'],
      to: 'PROGRESS',
      stamp: 'start',
      refusal: "L'exécution de traitement n'est pas en attente (statut actuel : {status}).",
    },
    succeed: {
      actor: 'platform',
      from: ['PROGRESS'],
      to: 'SUCCESS',
      stamp: 'finish',
      refusal: "L'exécution de traitement n'est pas en cours (statut actuel : {status}).",
    },
    /** A job that could never start fails too. */
    fail: {
      actor: 'platform',
      from: ['WAITING', 'PROGRESS'],
      to: 'FAILURE',
      stamp: 'finish',
      refusal: "L'exécution de traitement n'est pas en cours (statut actuel : {status}).",
    },
    abort: {
      actor: 'PROCESSING',
      from: ['CREATED', 'WAITING', 'PROGRESS'],
      to: 'ABORTED',
      stamp: 'finish',
      refusal: "L'exécution de traitement est terminée et ne peut plus être interrompue (statut actuel : {status}).",
    },
    /** Change of the callback. */
    modify: {
      actor: 'PROCESSING',
      from: ['CREATED', 'WAITING', 'PROGRESS'],
      to: null,
      refusal: "L'exécution de traitement est terminée et ne peut plus être modifiée (statut actuel : {status}).",
    },
    /** The row goes away. */
    delete: {
      actor: 'PROCESSING',
      from: ['CREATED', 'SUCCESS', 'FAILURE', 'ABORTED'],
      to: null,
      refusal:
        "Une exécution de traitement en attente ou en cours ne peut pas être supprimée : interrompez-la d'abord (statut actuel : {status}).",
    },
  },
});

export type ProcessingExecutionStatus = (typeof processingExecutionStates.statuses)[number];
