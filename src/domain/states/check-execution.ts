import { defineStates } from './table.js';

/** Executions of checks, lifecycle.md §3. */
export const checkExecutionStates = defineStates({
  entity: 'check_execution',
  label: "L'exécution de vérification",
  statuses: ['WAITING', 'PROGRESS', 'SUCCESS', 'FAILURE'],
  initial: ['WAITING'],
  final: ['SUCCESS', 'FAILURE'],
  actions: {
    start: {
      actor: 'platform',
      from: ['WAITING'],
      to: 'PROGRESS',
      stamp: 'start',
      refusal: "L'exécution de vérification n'est pas en attente (statut actuel : {status}).",
    },
    succeed: {
      actor: 'platform',
      from: ['PROGRESS'],
      to: 'SUCCESS',
      stamp: 'finish',
      refusal: "L'exécution de vérification n'est pas en cours (statut actuel : {status}).",
    },
    /** A job that could never start fails too. */
    fail: {
      actor: 'platform',
      from: ['WAITING', 'PROGRESS'],
      to: 'FAILURE',
      stamp: 'finish',
      refusal: "L'exécution de vérification est terminée (statut actuel : {status}).",
    },
    /** There is no ABORTED check (lifecycle §10, 11): a stopped one has failed. */
    stop: {
      actor: 'UPLOAD',
      from: ['WAITING', 'PROGRESS'],
      to: 'FAILURE',
      stamp: 'finish',
      refusal: "L'exécution de vérification est terminée et ne peut plus être interrompue (statut actuel : {status}).",
    },
    modify: {
      actor: 'UPLOAD',
      from: ['WAITING', 'PROGRESS'],
      to: null,
      refusal: "L'exécution de vérification est terminée et ne peut plus être modifiée (statut actuel : {status}).",
    },
  },
});

export type CheckExecutionStatus = (typeof checkExecutionStates.statuses)[number];
