// The desk as the server says it is, over the one connection of the page, and what may be asked for.
import { api, granted, type Desk, type DeskMessage, type Disposition, type PageMessage } from '../shared/api';
import { connect, type Connection } from '../shared/socket';
import { lookForNewer } from '../shared/version.svelte';
import { Line } from './line.svelte';
import { OwnDay } from './own-day.svelte';
import { CallMeter, judge, UNKNOWN, watcher, type Quality } from './quality';
import { ScriptModel } from './script.svelte';
import { SaleDesk } from './sale-desk.svelte';
import { Typing } from './typing.svelte';

const TICK_MS = 250;
const LOOK_MS = 2_000;

export type Plain =
  | 'login' | 'ready' | 'logout' | 'hangup' | 'preview/accept' | 'preview/skip' | 'extend' | 'hold' | 'resume' | 'redial'
  | 'transfer/complete' | 'transfer/cancel' | 'transfer/three-way'
  | 'recording/consent' | 'recording/pause' | 'recording/resume';

export class DeskModel {
  desk = $state.raw<Desk | null>(null);
  connected = $state(true);
  problem = $state('');
  /** The server's clock, which may not be this machine's. */
  now = $state(Date.now());
  quality = $state<Quality>(UNKNOWN);
  /** A customer came on while somebody looked. */
  fresh = $state(false);
  /** What supervisors wrote and was not seen yet. */
  messages = $state.raw<DeskMessage[]>([]);
  readonly own = new OwnDay();
  readonly sales = new SaleDesk();
  readonly typing = new Typing((attempt, row) => this.#typified(attempt, row));
  readonly script = new ScriptModel(this.typing);
  readonly line: Line;

  #connection: Connection;
  #skew = 0;
  #first = true;
  #meter: CallMeter | null = null;

  constructor() {
    this.line = new Line((what) => this.#connection.say(what));
    this.#connection = connect(
      '/api/v1/agent/page',
      (message: PageMessage) => this.#hear(message),
      (up) => this.#there(up),
    );
    addEventListener('pagehide', this.line.leave);
    setInterval(() => (this.now = Date.now() + this.#skew), TICK_MS);
    const look = watcher();
    setInterval(async () => {
      const { pc, state } = this.line;
      if (!pc || state !== 'up') this.quality = state === 'away' ? judge({ lossIn: 1, lossOut: 0, concealed: 0, rttMs: 0 }) : UNKNOWN;
      else this.quality = await look(pc, this.desk?.status === 'talking').catch(() => UNKNOWN);
      if (pc) await this.#meter?.look(pc).catch(() => undefined);
    }, LOOK_MS);
  }

  /** Asks for something; what is refused is said. */
  async ask(asked: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<boolean> {
    try {
      await granted(asked);
      this.problem = '';
      return true;
    } catch (refused) {
      this.problem = (refused as Error).message;
      return false;
    }
  }

  do = (what: Plain): Promise<boolean> => this.ask(api.POST(`/api/v1/agent/${what}`));

  pause = (reason: string): Promise<boolean> => this.ask(api.POST('/api/v1/agent/break', { body: { reason } }));

  key = (digits: string): Promise<boolean> => this.ask(api.POST('/api/v1/agent/digits', { body: { digits } }));

  hand = (kind: 'blind' | 'attended', to: { agent: number } | { destination: number }): Promise<boolean> =>
    this.ask(api.POST('/api/v1/agent/transfer', { body: { kind, ...to } }));

  /** A message was seen: it goes, and whoever wrote it sees that. */
  seen = async (id: number) => {
    const path = { id };
    if (await this.ask(api.POST('/api/v1/agent/messages/{id}/seen', { params: { path } }))) this.messages = this.messages.filter((message) => message.id !== id);
  };

  /** The sheet of the call that goes on, or of the one that is typified. */
  openSheet = () => {
    const { attempt, contact } = this.desk ?? {};
    if (attempt != null && contact) this.sales.open({ attempt, campaign: contact.campaign_id, sale: null, name: contact.name });
  };

  #typified(attempt: number, row: Disposition | null) {
    void this.own.look();
    void this.sales.look();
    if (row?.sale && this.desk?.attempt === attempt) this.openSheet();
    this.sales.typified = attempt;
  }

  /** How a call sounded is told once, when it is over. */
  #measure(desk: Desk) {
    const of = desk.status === 'talking' ? desk.attempt : null;
    const meter = this.#meter;
    if (meter?.attempt === (of ?? undefined)) return;
    const { pc } = this.line;
    this.#meter = of == null ? null : new CallMeter(of);
    if (pc) void this.#meter?.look(pc).catch(() => undefined);
    if (meter) void this.#tell(meter, pc);
  }

  async #tell(meter: CallMeter, pc: RTCPeerConnection | null) {
    if (pc) await meter.look(pc).catch(() => undefined);
    const body = meter.told();
    // Nobody waits for it, and a call that was told of before is told of.
    if (body) await api.POST('/api/v1/agent/quality', { body }).catch(() => undefined);
  }

  #there(up: boolean) {
    if (up && !this.connected) void lookForNewer();
    this.connected = up;
    this.line.connection(up);
  }

  #hear(message: PageMessage) {
    if (message.t === 'message') return void (this.messages = [...this.messages.filter((one) => one.id !== message.message.id), message.message]);
    if (message.t !== 'desk') return this.line.heard(message);
    const { desk, script } = message;
    const was = this.desk?.status;
    this.#skew = desk.now - Date.now();
    this.now = desk.now;
    this.desk = desk;
    if (desk.status !== was) this.problem = '';
    if (desk.status === 'talking' && was !== 'talking' && !this.#first) {
      this.fresh = true;
      if (this.line.sound.beeps) this.line.sound.beep();
    } else if (desk.status !== 'talking') this.fresh = false;
    this.#first = false;
    const { attempt, contact } = desk;
    if (attempt != null && contact) {
      const failed = (refused: Error) => (this.problem = refused.message);
      this.typing.speakOf(attempt, contact.campaign_id, contact.catalogue).catch(failed);
      this.script.of(attempt, contact.campaign_id, script ?? undefined);
    }
    this.#measure(desk);
    if (desk.status !== was) void this.own.look();
  }
}
