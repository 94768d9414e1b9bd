// The floor as the server shows it each second, and what a supervisor may order.
import { api, granted, type Live } from '../shared/api';
import { carry, remembered } from '../shared/prefs';
import { connect } from '../shared/socket';
import { lookForNewer } from '../shared/version.svelte';
import { alarmWatch, LASTS_MS, type Alarm } from './alarms';

const LEDGER_EVERY_MS = 30_000;

export interface Ledger {
  limit: number;
  left: number;
  live: number;
  bound: number | null;
  rule: string;
}

/** Which calls are behind a number. */
export interface Behind {
  set: 'all' | 'placed' | 'answered_by_system' | 'connected' | 'abandoned';
  campaign?: number;
  agent?: number;
  trunk?: number;
  caller_id?: string;
}

export type Order = 'start' | 'pause' | 'stop';
export type Mode = 'listen' | 'whisper' | 'barge';

export class FloorModel {
  live = $state.raw<Live | null>(null);
  connected = $state(true);
  problem = $state('');
  alarms = $state.raw<Alarm[]>([]);
  /** What the law still allows, by campaign. */
  ledgers = $state.raw<ReadonlyMap<number, Ledger>>(new Map());
  /** Whose call this supervisor is on. */
  on = $state<number | null>(null);
  /** How they are on it. */
  mode = $state<Mode | null>(null);

  /** Alarms that this supervisor has seen to; one that comes again is new. */
  seen = $state.raw<ReadonlySet<string>>(new Set(JSON.parse(remembered('alarms') ?? '[]') as string[]));

  #watch = alarmWatch();
  #began = 0;

  constructor() {
    connect(
      '/api/v1/live',
      (live: Live) => this.#shown(live),
      (up) => {
        if (up && !this.connected) void lookForNewer();
        this.connected = up;
      },
    );
    setInterval(() => void this.#look(), LEDGER_EVERY_MS);
  }

  order = (campaign: number, what: Order) => this.#ask(api.POST(`/api/v1/campaigns/{id}/${what}`, { params: { path: { id: campaign } } }));

  join = async (agent: number, mode: Mode) => {
    if (await this.#ask(api.POST('/api/v1/supervision', { body: { agent, mode } }))) [this.on, this.mode] = [agent, mode];
  };

  leave = async () => {
    await this.#ask(api.DELETE('/api/v1/supervision'));
    this.on = null;
  };

  takeOver = async () => {
    if (await this.#ask(api.POST('/api/v1/supervision/take-over'))) this.on = null;
  };

  acknowledge = (alarm: Alarm) => this.#keep([...this.seen, alarm.key]);

  #keep(keys: string[]) {
    this.seen = new Set(keys);
    carry('alarms', keys.length ? JSON.stringify(keys) : null);
  }

  #shown(live: Live) {
    const first = this.live === null;
    this.live = live;
    const limits = new Map([...this.ledgers].map(([id, ledger]) => [id, ledger.limit]));
    this.alarms = this.#watch(live, limits);
    // On a page that was loaded again no alarm has lasted yet: what was seen to is kept until its causes can have come back.
    this.#began ||= live.at;
    const there = new Set(this.alarms.map((alarm) => alarm.key));
    const left = [...this.seen].filter((key) => there.has(key));
    if (left.length !== this.seen.size && live.at - this.#began > 2 * LASTS_MS) this.#keep(left);
    // A call that is over has nobody on it.
    if (this.on !== null && live.agents.find((agent) => agent.id === this.on)?.status !== 'talking') this.on = null;
    if (first) void this.#look();
  }

  async #look() {
    const ids = this.live?.campaigns.map((campaign) => campaign.id) ?? [];
    const found = new Map<number, Ledger>();
    for (const id of ids) {
      const { data } = await api.GET('/api/v1/campaigns/{id}/abandons', { params: { path: { id } } }).catch(() => ({ data: undefined }));
      const now = data?.at(-1);
      if (now && !now.over) found.set(id, { limit: now.limit, left: now.left, live: now.live, bound: now.bound ?? null, rule: now.rule });
    }
    this.ledgers = found;
  }

  async #ask(asked: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<boolean> {
    try {
      await granted(asked);
      this.problem = '';
      return true;
    } catch (refused) {
      this.problem = (refused as Error).message;
      return false;
    }
  }
}
