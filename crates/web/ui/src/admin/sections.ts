// The sections of the desk, in the order of the work: each is loaded when it is first looked at.
import type { Component } from 'svelte';
import type { es } from './words/es';

export type Section = {
  key: string;
  label: keyof typeof es;
  /** The letter that leads to it. */
  letter: string;
  /** It is given `rest`, of the hash, and `session`, and takes what it needs. */
  load: () => Promise<{ default: Component<any> }>;
};

export const groups: { label: keyof typeof es; sections: Section[] }[] = [
  {
    label: 'groupBegin',
    sections: [{ key: 'inicio', label: 'guide', letter: 'i', load: () => import('./guide/Guide.svelte') }],
  },
  {
    label: 'groupWork',
    sections: [
      { key: 'bases', label: 'bases', letter: 'b', load: () => import('./bases/Bases.svelte') },
      { key: 'campanas', label: 'campaigns', letter: 'c', load: () => import('./campaigns/Campaigns.svelte') },
      { key: 'segmentos', label: 'segments', letter: 's', load: () => import('./segments/Segments.svelte') },
      { key: 'tipificaciones', label: 'typifications', letter: 't', load: () => import('./typifications/Typifications.svelte') },
      { key: 'guiones', label: 'scripts', letter: 'g', load: () => import('./scripts/Scripts.svelte') },
      { key: 'formularios', label: 'forms', letter: 'f', load: () => import('./forms/Forms.svelte') },
    ],
  },
  {
    label: 'groupPlant',
    sections: [
      { key: 'troncales', label: 'trunks', letter: 'k', load: () => import('./trunks/Trunks.svelte') },
      { key: 'numeros', label: 'callerIds', letter: 'n', load: () => import('./caller-ids/CallerIds.svelte') },
      { key: 'usuarios', label: 'people', letter: 'u', load: () => import('./people/People.svelte') },
    ],
  },
  {
    label: 'groupControl',
    sections: [
      { key: 'leyes', label: 'laws', letter: 'l', load: () => import('./laws/Laws.svelte') },
      { key: 'grabaciones', label: 'recordings', letter: 'r', load: () => import('./recordings/Recordings.svelte') },
      { key: 'auditoria', label: 'audit', letter: 'a', load: () => import('./audit/Audit.svelte') },
      { key: 'salud', label: 'health', letter: 'h', load: () => import('./health/Health.svelte') },
    ],
  },
];

const all = groups.flatMap((group) => group.sections);

export const sectionOf = (key: string): Section | undefined => all.find((section) => section.key === key);
export const sections = all;
