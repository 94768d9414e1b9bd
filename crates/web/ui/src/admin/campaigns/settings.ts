// The settings of a campaign: few at first sight, the rest folded away; each has a default, and says what it does to the floor.
import type { Choice } from '../parts/choice';
import type { CampaignForm } from '../api';

export type Kind = 'text' | 'number' | 'choice' | 'check' | 'lines' | 'some';
export interface Setting {
  name: keyof CampaignForm & string;
  kind: Kind;
  /** Codes that have words of their own. */
  codes?: string[];
  /** Names of what there is. */
  names?: 'lists' | 'trunks' | 'packs' | 'plans';
  /** Shown in grey where nothing is set. */
  example?: string;
}

const MODES = ['predictive', 'progressive', 'power', 'super-progressive', 'preview'];

export const GROUPS: { key: string; settings: Setting[] }[] = [
  {
    key: 'what',
    settings: [
      { name: 'name', kind: 'text' },
      { name: 'mode', kind: 'choice', codes: MODES },
      { name: 'lists', kind: 'some', names: 'lists' },
      { name: 'trunks', kind: 'some', names: 'trunks' },
      { name: 'caller_ids', kind: 'lines', example: '+576015550100' },
      { name: 'law_pack', kind: 'choice', names: 'packs' },
    ],
  },
  {
    key: 'pace',
    settings: [
      { name: 'abandon_target', kind: 'text', example: '2%' },
      { name: 'abandon_limit', kind: 'text', example: '3%' },
      { name: 'abandon_sure', kind: 'text', example: '0%' },
      { name: 'abandon_wait', kind: 'text', example: '2s' },
      { name: 'ring_timeout', kind: 'text', example: '25s' },
      { name: 'power_ratio', kind: 'number' },
      { name: 'lines_max', kind: 'number' },
      { name: 'call_max', kind: 'text', example: '2h' },
      { name: 'wrap_up', kind: 'text', example: '30s' },
    ],
  },
  {
    key: 'tries',
    settings: [
      { name: 'attempts_per_contact_max', kind: 'number' },
      { name: 'attempts_per_phone_max', kind: 'number' },
      { name: 'hours', kind: 'lines', example: '07:00-11:00' },
      { name: 'callback_kept', kind: 'text', example: '15m' },
      { name: 'person_calls_per_day', kind: 'number' },
      { name: 'person_calls_per_week', kind: 'number' },
      { name: 'person_gap', kind: 'text', example: '4h' },
      { name: 'person_calls_per_base', kind: 'number' },
    ],
  },
  {
    key: 'shown',
    settings: [
      { name: 'caller_id_rotation', kind: 'choice', codes: ['round-robin', 'least-used'] },
      { name: 'caller_id_day_max', kind: 'number' },
      { name: 'caller_id_rest_below', kind: 'text', example: '0%' },
      { name: 'caller_id_regions', kind: 'lines', example: '+5760 +576015550100' },
      { name: 'routes', kind: 'choice', names: 'plans' },
    ],
  },
  {
    key: 'kept',
    settings: [
      { name: 'recording', kind: 'text', example: 'all' },
      { name: 'recording_consent', kind: 'choice', codes: ['not_needed', 'asked', 'announced'] },
      { name: 'recording_from', kind: 'choice', codes: ['answer', 'bridge'] },
      { name: 'recording_required', kind: 'check' },
      { name: 'recording_pause_max', kind: 'text', example: '2m' },
      { name: 'recording_keep', kind: 'lines', example: 'law' },
      { name: 'correct_within', kind: 'text', example: '30m' },
      { name: 'supervisor_corrects_within', kind: 'text', example: '7d' },
    ],
  },
];

export type Values = Record<string, string | boolean | string[]>;

const settings = GROUPS.flatMap((group) => group.settings);

/** What a campaign has, as fields hold it. */
export const valuesOf = (form: Partial<CampaignForm>): Values =>
  Object.fromEntries(settings.map(({ name, kind }) => {
    const value = form[name];
    if (kind === 'lines' || kind === 'some') return [name, (value as string[] | null) ?? []];
    if (kind === 'check') return [name, value === true];
    return [name, value == null ? '' : String(value)];
  }));

/** What was changed, as the API takes it; an empty field is left as it is, but for what means "none". */
export const changesOf = (before: Values, now: Values): Partial<CampaignForm> =>
  Object.fromEntries(settings.flatMap(({ name, kind }): [string, unknown][] => {
    const value = now[name];
    const lines = (of: unknown) => (Array.isArray(of) ? of.map((line: string) => line.trim()).filter(Boolean) : of);
    if (JSON.stringify(lines(before[name])) === JSON.stringify(lines(value))) return [];
    if (kind === 'number') return [[name, value === '' ? 0 : Number(value)]];
    if (kind === 'text' && value === '') return [];
    return [[name, lines(value)]];
  }));

export const choicesOf = (setting: Setting, names: Record<string, Choice[]>, word: (code: string) => string): Choice[] =>
  setting.codes ? setting.codes.map((code) => ({ value: code, text: word(code) })) : setting.names ? (names[setting.names] ?? []) : [];
