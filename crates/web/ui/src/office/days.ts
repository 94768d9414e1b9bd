// Days by the clock of a campaign: the API is asked for days or for instants, people choose days.

/** Both included, as 2026-12-01. */
export interface Days {
  from: string;
  to: string;
}

export const PRESETS = ['today', 'yesterday', 'week', 'month', 'lastMonth'] as const;
export type Preset = (typeof PRESETS)[number];

/** How far a zone's clock is ahead of UTC at an instant. */
const ahead = (at: number, zone: string): number => {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const local = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
  return local - Math.floor(at / 1000) * 1000;
};

/** The instant at which a day begins. */
export const begins = (day: string, zone: string): number => {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // Where the clock changes that night, the second look is right.
  return utc - ahead(utc - ahead(utc, zone), zone);
};

export const dayAfter = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export const today = (zone: string, now: number = Date.now()): string => new Date(now + ahead(now, zone)).toISOString().slice(0, 10);

export const preset = (name: Preset, zone: string, now?: number): Days => {
  const day = today(zone, now);
  const first = `${day.slice(0, 8)}01`;
  const before = dayAfter(first, -1);
  switch (name) {
    case 'today':
      return { from: day, to: day };
    case 'yesterday':
      return { from: dayAfter(day, -1), to: dayAfter(day, -1) };
    case 'week':
      return { from: dayAfter(day, -6), to: day };
    case 'month':
      return { from: first, to: day };
    case 'lastMonth':
      return { from: `${before.slice(0, 8)}01`, to: before };
  }
};

const DAY = /^\d{4}-\d\d-\d\d$/;

/** The days an address names, else a usual span. */
export const daysOf = (chosen: URLSearchParams, zone: string, usual: Preset): Days => {
  const [from, to] = [chosen.get('from') ?? '', chosen.get('to') ?? ''];
  return DAY.test(from) && DAY.test(to) && from <= to ? { from, to } : preset(usual, zone);
};
