// The sections there are, for whom, and what shows them: loaded when somebody goes there.
import type { Component } from 'svelte';
import type { Session } from '../shared/api';
import type { Office } from './office.svelte';
import type { es } from './words/es';

export interface Section {
  key: string;
  label: keyof typeof es;
  roles: Session['role'][];
  load: () => Promise<{ default: Component<{ office: Office }> }>;
}

const HEADS: Session['role'][] = ['supervisor', 'admin'];
const DESK: Session['role'][] = ['back_office', ...HEADS];
const CLIENT: Session['role'][] = ['client', ...HEADS];

export const sections: Section[] = [
  { key: 'ventas', label: 'sales', roles: ['client', ...DESK], load: () => import('./sales/Sales.svelte') },
  { key: 'cruces', label: 'crossings', roles: DESK, load: () => import('./sales/Crossing.svelte') },
  { key: 'indicadores', label: 'indicators', roles: CLIENT, load: () => import('./kpis/Indicators.svelte') },
  { key: 'horas', label: 'hourly', roles: HEADS, load: () => import('./reports/Hourly.svelte') },
  { key: 'gestion', label: 'gestion', roles: CLIENT, load: () => import('./reports/Gestion.svelte') },
  { key: 'gerencial', label: 'gerencial', roles: CLIENT, load: () => import('./reports/Gerencial.svelte') },
  { key: 'sabana', label: 'sabana', roles: ['client', ...DESK], load: () => import('./reports/Sabana.svelte') },
  { key: 'metas', label: 'goals', roles: HEADS, load: () => import('./goals/Goals.svelte') },
  { key: 'modelo', label: 'model', roles: HEADS, load: () => import('./model/Model.svelte') },
  { key: 'envios', label: 'schedules', roles: HEADS, load: () => import('./schedules/Schedules.svelte') },
];

export const sectionsFor = (role: Session['role']): Section[] => sections.filter((section) => section.roles.includes(role));
