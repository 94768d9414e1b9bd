// A trunk as it is set up: what every carrier asks for, and what some do.
import type { Trunk, TrunkForm } from '../api';

export type Kind = 'text' | 'number' | 'password' | 'choice' | 'check' | 'lines';
export interface TrunkField {
  name: keyof TrunkForm & string;
  kind: Kind;
  codes?: string[];
  example?: string;
}

export const FIELDS: TrunkField[] = [
  { name: 'name', kind: 'text' },
  { name: 'host', kind: 'text', example: 'sip.operador.example' },
  { name: 'port', kind: 'number', example: '5060' },
  { name: 'transport', kind: 'choice', codes: ['udp', 'tcp', 'tls'] },
  { name: 'channels_max', kind: 'number', example: '30' },
  { name: 'calls_per_second_max', kind: 'number', example: '10' },
  { name: 'user', kind: 'text' },
  { name: 'password', kind: 'password' },
  { name: 'enabled', kind: 'check' },
];
export const MORE: TrunkField[] = [
  { name: 'srtp', kind: 'choice', codes: ['off', 'offered', 'required'] },
  { name: 'register', kind: 'text', example: '300s' },
  { name: 'called', kind: 'lines', example: '+57/12 strip 2 put 03' },
  { name: 'calling', kind: 'lines' },
  { name: 'from_user', kind: 'text' },
  { name: 'from_domain', kind: 'text' },
  { name: 'asserted', kind: 'check' },
  { name: 'headers', kind: 'lines', example: 'add X-Cuenta: 17' },
];

export type Values = Record<string, string | boolean | string[]>;
const ALL = [...FIELDS, ...MORE];

/** What fields hold of a trunk; of a new one, what the server would take by itself. */
export const valuesOf = (trunk: Trunk | null): Values => {
  const known: Record<string, unknown> = trunk
    ? { ...trunk, register: trunk.register_s ? `${trunk.register_s}s` : '' }
    : { transport: 'udp', srtp: 'offered', enabled: true, asserted: true };
  return Object.fromEntries(ALL.map(({ name, kind }) =>
    [name, kind === 'check' ? known[name] === true : kind === 'lines' ? ((known[name] as string[]) ?? []) : known[name] == null ? '' : String(known[name])]));
};

/** What was changed, as the API takes it. */
export const changesOf = (before: Values, now: Values): Partial<TrunkForm> =>
  Object.fromEntries(ALL.flatMap(({ name, kind }): [string, unknown][] => {
    const value = now[name];
    if (JSON.stringify(before[name]) === JSON.stringify(value)) return [];
    if (kind === 'number') return value === '' ? [] : [[name, Number(value)]];
    if (kind === 'lines') return [[name, (value as string[]).map((line) => line.trim()).filter(Boolean)]];
    return name === 'register' && value === '' ? [[name, '0s']] : [[name, value]];
  }));
