// The page as the advisor's phone. It offers the line when it opens and keeps it up all shift: the audio goes
// on when the connection to the server is lost, and a page that is loaded again goes on with the line it had.
import type { PageMessage, PageSays } from '../shared/api';
import { brought, carry, keep, kept } from '../shared/prefs';
import { word } from '../shared/words';
import { Sound } from './sound.svelte';

export type LineState = 'off' | 'asking' | 'connecting' | 'up' | 'away' | 'taken' | 'refused';
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

// A short hole in the network closes by itself; a longer one asks for a new leg.
const PATIENCE_MS = 2_000;

interface Leg {
  pc: RTCPeerConnection;
  heard?: MediaStream;
}

export class Line {
  state = $state<LineState>('off');
  why = $state('');
  muted = $state(brought('muted') === 'yes');
  readonly sound = new Sound(() => this.replug());

  #leg: Leg | null = null;
  #next: Leg | null = null;
  #asked = 0;
  #id = 0;
  #online = false;
  #trouble: ReturnType<typeof setTimeout> | undefined;
  // Kept only while the page is being loaded again: a copy of the tab must not have it.
  #token: string | null = brought('line');

  constructor(private readonly send: (what: PageSays) => boolean) {}

  /** The connection that audio passes, while there is one. */
  get pc(): RTCPeerConnection | null {
    return this.#leg?.pc ?? null;
  }

  wanted = () => kept('phone') === 'browser';

  start = (takeOver = false) => {
    keep('phone', 'browser');
    this.#become('asking');
    void this.#offer(takeOver);
  };

  end = () => {
    keep('phone', null);
    this.#say({ t: 'line.end' });
    this.#hangUp();
    this.sound.close();
    this.#become('off');
  };

  mute = (muted: boolean) => {
    this.muted = muted;
    this.sound.gate(!muted);
  };

  /** Another microphone or a new leg for the one there is. */
  replug = () => {
    const track = this.sound.track;
    const sender = this.#leg?.pc.getSenders()[0];
    if (track && sender) void sender.replaceTrack(track).catch(() => this.#offer());
    else if (this.wanted()) void this.#offer();
  };

  heard = (message: PageMessage) => {
    switch (message.t) {
      case 'line.answer':
        if (message.re !== this.#asked || !this.#next) return;
        this.#token = message.resume;
        void this.#next.pc.setRemoteDescription({ type: 'answer', sdp: message.sdp });
        break;
      case 'line.refused':
        if (message.re === this.#asked) this.#refused(message.code, message.message);
        break;
      case 'line.resumed':
        if (!message.up) void this.#offer();
        break;
      case 'line.state':
        this.#news(message.state);
        break;
    }
  };

  /** The server is there, or not; the audio does not mind. */
  connection = (there: boolean) => {
    this.#online = there;
    if (!there || this.state === 'taken') return;
    if (this.#token && this.#leg?.pc.connectionState === 'connected') {
      this.#asked = this.#say({ t: 'line.resume', resume: this.#token });
    } else if (this.wanted()) void this.#offer();
  };

  /** The page is being closed or loaded again. */
  leave = () => {
    carry('line', this.#token);
    carry('muted', this.muted ? 'yes' : 'no');
    this.#drop(this.#next);
    this.#drop(this.#leg);
  };

  #become(state: LineState, why = '') {
    this.state = state;
    this.why = why;
  }

  #say(what: Unnumbered<PageSays>): number {
    this.#id += 1;
    return this.send({ ...what, id: this.#id } as PageSays) ? this.#id : 0;
  }

  async #offer(takeOver = false) {
    clearTimeout(this.#trouble);
    if (!this.#online) return;
    try {
      await this.sound.open(!this.muted);
    } catch (error) {
      const name = (error as DOMException).name;
      const words = { NotAllowedError: word('micDenied'), NotFoundError: word('micMissing') } as Record<string, string>;
      return this.#become('refused', words[name] ?? (error as Error).message);
    }
    const track = this.sound.track;
    if (!track) return;
    this.#drop(this.#next);
    const leg: Leg = { pc: new RTCPeerConnection({ iceServers: [] }) };
    this.#next = leg;
    leg.pc.addTrack(track, new MediaStream([track]));
    leg.pc.ontrack = (event) => (leg.heard = event.streams[0]);
    leg.pc.onconnectionstatechange = () => this.#went(leg);
    await leg.pc.setLocalDescription();
    if (this.#next !== leg) return;
    // The server needs no candidate of ours: nothing waits for them.
    const sdp = leg.pc.localDescription?.sdp ?? '';
    this.#asked = this.#say({ t: 'line.offer', sdp, resume: this.#token, take_over: takeOver });
    if (this.state !== 'up') this.#become('connecting');
  }

  #went(leg: Leg) {
    const state = leg.pc.connectionState;
    if (state === 'connected') {
      clearTimeout(this.#trouble);
      if (leg === this.#next) {
        this.#drop(this.#leg);
        this.#leg = leg;
        this.#next = null;
      }
      if (leg.heard) this.sound.hear(leg.heard);
      this.#become('up');
    } else if ((state === 'disconnected' || state === 'failed') && (leg === this.#leg || leg === this.#next)) {
      if (leg === this.#leg) this.#become('away');
      clearTimeout(this.#trouble);
      this.#trouble = setTimeout(() => void this.#offer(), state === 'failed' ? 0 : PATIENCE_MS);
    }
  }

  #refused(code: string, message: string) {
    this.#drop(this.#next);
    this.#next = null;
    if (code === 'unknown' && this.#token) {
      this.#token = null;
      void this.#offer();
    } else this.#become(code === 'taken' ? 'taken' : 'refused', code === 'taken' ? '' : message);
  }

  #news(state: string) {
    if (state === 'taken') {
      this.#hangUp();
      this.#become('taken');
    }
    // What is gone is offered anew, and so is what the server does not hear any more.
    if (state === 'gone' && this.state !== 'off') {
      this.#hangUp();
      this.#become('away');
      void this.#offer();
    }
    if (state === 'away' && this.#leg && !this.#next) void this.#offer();
  }

  #hangUp() {
    this.#drop(this.#next);
    this.#drop(this.#leg);
    this.#next = null;
    this.#leg = null;
    this.#token = null;
  }

  #drop(leg: Leg | null) {
    if (!leg) return;
    leg.pc.onconnectionstatechange = null;
    leg.pc.ontrack = null;
    leg.pc.close();
  }
}
