// What a supervisor must see to, from what the floor shows. An alarm comes when its cause has lasted, and goes when
// the cause has been gone for as long: one that flickers is read by nobody.
import type { Live } from '../shared/api';

export type AlarmKind = 'abandon' | 'overdrawn' | 'held' | 'waiting' | 'lost' | 'long' | 'trunk';

export interface Alarm {
  kind: AlarmKind;
  /** What it is about: the same cause has the same key. */
  key: string;
  /** Names and figures of its words, in order; the page says figures as people read them. */
  values: (string | number)[];
}

/** The law's limit of a campaign, by id. */
export type Limits = ReadonlyMap<number, number>;

export const LASTS_MS = 10_000;
const LONG_WRAP_UP_MS = 120_000;

/** What is so at this instant. */
export const causes = (live: Live, limits: Limits): Alarm[] => {
  const found: Alarm[] = [];
  for (const campaign of live.campaigns) {
    const { id, name, abandon_rate: rate, abandons_left: left } = campaign;
    const limit = limits.get(id);
    if (rate != null && limit !== undefined && rate > limit) found.push({ kind: 'abandon', key: `abandon ${id}`, values: [name, rate] });
    if (left != null && left < 0) found.push({ kind: 'overdrawn', key: `overdrawn ${id}`, values: [name, -left] });
    if (campaign.state === 'running' && campaign.held) found.push({ kind: 'held', key: `held ${id}`, values: [name, campaign.held] });
    if (campaign.calls.waiting > 0) found.push({ kind: 'waiting', key: `waiting ${id}`, values: [name, campaign.calls.waiting] });
  }
  const lost = live.agents.filter((agent) => agent.status === 'lost').length;
  if (lost > 0) found.push({ kind: 'lost', key: 'lost', values: [lost] });
  for (const agent of live.agents) {
    const since = live.at - agent.since;
    if (agent.status === 'wrap_up' && since > LONG_WRAP_UP_MS) found.push({ kind: 'long', key: `long ${agent.id}`, values: [agent.id, since] });
  }
  for (const trunk of live.trunks) {
    if (!trunk.enabled) continue;
    if (trunk.rests_until != null && trunk.rests_until > live.at) found.push({ kind: 'trunk', key: `trunk ${trunk.id}`, values: [trunk.name, 'resting'] });
    else if (trunk.registered === false) found.push({ kind: 'trunk', key: `trunk ${trunk.id}`, values: [trunk.name, 'notRegistered'] });
  }
  return found;
};

interface Watched {
  alarm: Alarm;
  since: number;
  seen: number;
  on: boolean;
}

/** Takes what the floor shows, one after the other; gives the alarms there are. */
export const alarmWatch = (lasts = LASTS_MS): ((live: Live, limits: Limits) => Alarm[]) => {
  const watched = new Map<string, Watched>();
  return (live, limits) => {
    for (const alarm of causes(live, limits)) {
      const known = watched.get(alarm.key);
      if (known) Object.assign(known, { alarm, seen: live.at });
      else watched.set(alarm.key, { alarm, since: live.at, seen: live.at, on: false });
    }
    for (const [key, known] of watched) {
      const gone = live.at - known.seen;
      if (gone > 0 && (!known.on || gone >= lasts)) watched.delete(key);
      else if (known.seen - known.since >= lasts) known.on = true;
    }
    return [...watched.values()].filter((known) => known.on).map((known) => known.alarm);
  };
};
