// When an alarm comes and goes.
import { describe, expect, it } from 'vitest';
import type { Live, LiveAgent, LiveCampaign } from '../shared/api';
import { alarmWatch, causes } from './alarms';

const CALLS = { intended: 0, dialing: 0, ringing: 0, waiting: 0, talking: 0, message: 0, inbound: 0 };
const campaign = (more: Partial<LiveCampaign>): LiveCampaign => ({
  id: 1, name: 'Ventas', state: 'running', mode: 'predictive', calls: CALLS, hopper: 0, attempts: 0, live_answers: 0, abandoned: 0, ...more,
});
const agent = (more: Partial<LiveAgent>): LiveAgent => ({ id: 7, name: 'Ana', status: 'ready', since: 0, line_up: true, registered: true, ...more });
const floor = (at: number, more: Partial<Live> = {}): Live => ({
  at, agents: [], agents_by_status: {}, campaigns: [], trunks: [], strangers: 0, store_stalled: false, draining: false, ...more,
});
const kinds = (live: Live, limits = new Map<number, number>()) => causes(live, limits).map(({ kind }) => kind);

describe('a cause', () => {
  it('is a rate above the limit of the law, where that is known', () => {
    const live = floor(0, { campaigns: [campaign({ abandon_rate: 0.031 })] });
    expect([kinds(live), kinds(live, new Map([[1, 0.03]])), kinds(live, new Map([[1, 0.05]]))]).toEqual([[], ['abandon'], []]);
  });
  it('is a campaign that should dial and does not, but not one that is paused', () => {
    const held = { held: 'no agent is there' };
    expect(kinds(floor(0, { campaigns: [campaign(held)] }))).toEqual(['held']);
    expect(kinds(floor(0, { campaigns: [campaign({ ...held, state: 'paused' })] }))).toEqual([]);
  });
  it('is who typifies for long, and who lost their line', () => {
    const agents = [agent({ status: 'wrap_up', since: 0 }), agent({ id: 8, status: 'lost' })];
    expect(kinds(floor(121_000, { agents }))).toEqual(['lost', 'long']);
    expect(kinds(floor(119_000, { agents }))).toEqual(['lost']);
  });
});

describe('an alarm', () => {
  const bad = { agents: [agent({ status: 'lost' })] };
  it('comes when its cause has lasted, and goes when it has been gone for as long', () => {
    const watch = alarmWatch(10_000);
    const on = (at: number, more: Partial<Live>) => watch(floor(at, more), new Map()).length;
    expect([on(0, bad), on(9_000, bad), on(10_000, bad)]).toEqual([0, 0, 1]);
    expect([on(11_000, {}), on(19_000, {}), on(20_000, {})]).toEqual([1, 1, 0]);
  });
  it('does not flicker, and does not add up what came and went', () => {
    const watch = alarmWatch(10_000);
    const on = (at: number, more: Partial<Live>) => watch(floor(at, more), new Map()).length;
    expect([on(0, bad), on(6_000, {}), on(7_000, bad), on(12_000, bad), on(17_000, bad), on(18_000, {}), on(19_000, bad)]).toEqual([0, 0, 0, 0, 1, 1, 1]);
  });
});
