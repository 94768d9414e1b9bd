// The desk as the server says it is, over the one connection of the page, and what may be asked for.
import { api, granted, type Desk, type PageMessage } from '../shared/api';
import { connect, type Connection } from '../shared/socket';
import { lookForNewer } from '../shared/version.svelte';
import { Line } from './line.svelte';
import { judge, UNKNOWN, watcher, type Quality } from './quality';
import { ScriptModel } from './script.svelte';
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
  readonly typing = new Typing();
  readonly script = new ScriptModel(this.typing);
  readonly line: Line;

  #connection: Connection;
  #skew = 0;
  #first = true;

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

  #there(up: boolean) {
    if (up && !this.connected) void lookForNewer();
    this.connected = up;
    this.line.connection(up);
  }

  #hear(message: PageMessage) {
    if (message.t !== 'desk') return this.line.heard(message);
    const { desk } = message;
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
      this.script.of(attempt, contact.campaign_id).catch(failed);
    }
  }
}
