// When people usually ask to be called again, by their own clock. Whether the law lets a call leave then, the
// server says.
import type { TypifyForm } from '../shared/api';
import type { WordKey } from '../shared/words';

export interface Preset {
  label: WordKey;
  /** In ms, as near as this page can tell; the server knows it exactly. */
  at: number;
  form: Pick<TypifyForm, 'callback_at' | 'callback_local'>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** An instant by somebody's clock, such as `2026-12-01T09:30`. */
export const localOf = (ms: number, zone: string | null | undefined): string =>
  new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', ...(zone ? { timeZone: zone } : {}) })
    .format(ms)
    .replace(' ', 'T');

/** How many days from that local day to the next Monday, 1 to 7. */
const toMonday = (local: string): number => 7 - ((new Date(`${local.slice(0, 10)}T00:00Z`).getUTCDay() + 6) % 7);

export const presets = (now: number, zone: string | null | undefined): Preset[] => {
  const today = localOf(now, zone);
  const days = toMonday(today);
  const monday = localOf(now + days * DAY_MS, zone).slice(0, 10);
  const hoursOff = 9 - Number(today.slice(11, 13)) - Number(today.slice(14, 16)) / 60;
  return [
    { label: 'inAnHour', at: now + HOUR_MS, form: { callback_at: now + HOUR_MS } },
    { label: 'tomorrowSame', at: now + DAY_MS, form: { callback_local: localOf(now + DAY_MS, zone) } },
    { label: 'mondayNine', at: now + days * DAY_MS + hoursOff * HOUR_MS, form: { callback_local: `${monday}T09:00` } },
  ];
};
