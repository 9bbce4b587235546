import type { Rok4Style } from './style-model.js';

/**
 * The style of a layer that names none (spec diffusion §6.5): pixels as they are. The address of its legend, a file of
 * the platform, is to be completed with its origin.
 */
export const NORMAL_STYLE: Rok4Style = {
  identifier: 'normal',
  title: 'Légende générique',
  abstract: 'Données telles quelles',
  keywords: ['Défaut'],
  legend: {
    format: 'image/jpeg',
    url: '/annexes/ressources/legendes/LEGEND.jpg',
    width: 200,
    height: 200,
    minScaleDenominator: 100,
    maxScaleDenominator: 50_000_000,
  },
};
