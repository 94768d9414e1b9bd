// How good the connection of this machine is, from what the browser counts, and what to do about it.
import type { PageQualityForm } from '../shared/api';
import type { WordKey } from '../shared/words';

export interface Quality {
  light: 'good' | 'fair' | 'bad' | 'none';
  advice: WordKey;
  /** What stands in the advice. */
  value: number;
  share: boolean;
}

/** What was counted between two looks. */
export interface Counted {
  /** Share of packets to us that did not come. */
  lossIn: number;
  /** Share of ours that did not come there. */
  lossOut: number;
  /** Share of what was played that had to be made up. */
  concealed: number;
  rttMs: number;
}

export const UNKNOWN: Quality = { light: 'none', advice: 'advice_none', value: 0, share: false };

// From where on a voice is heard to suffer (fair), and is hard to understand (bad).
const LIMITS = [
  { of: 'lossIn', advice: 'advice_lossIn', fair: 0.01, bad: 0.04 },
  { of: 'lossOut', advice: 'advice_lossOut', fair: 0.01, bad: 0.04 },
  { of: 'concealed', advice: 'advice_concealed', fair: 0.02, bad: 0.08 },
  { of: 'rttMs', advice: 'advice_rtt', fair: 200, bad: 400 },
] as const;

/** The worst of what was counted. */
export const judge = (counted: Counted): Quality => {
  const is = (light: 'bad' | 'fair') => LIMITS.find((limit) => counted[limit.of] >= limit[light]);
  for (const light of ['bad', 'fair'] as const) {
    const limit = is(light);
    if (limit) return { light, advice: limit.advice, value: counted[limit.of], share: limit.of !== 'rttMs' };
  }
  return { light: 'good', advice: 'advice_good', value: 0, share: false };
};

interface Sums {
  received: number;
  lost: number;
  played: number;
  concealed: number;
}

interface Sample extends Sums {
  /** In ms, where they are known. */
  jitter: number | undefined;
  rtt: number | undefined;
  /** Share of ours that did not come there lately, and all of it. */
  lostThere: number;
  allLostThere: number | undefined;
}

const ms = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);
const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);

const sample = async (pc: RTCPeerConnection): Promise<Sample> => {
  const rows = [...(await pc.getStats()).values()] as Record<string, number & string>[];
  const row = (type: string) => rows.find((row) => row.type === type) ?? {};
  const into = row('inbound-rtp');
  const back = row('remote-inbound-rtp');
  const pair = rows.find((row) => row.type === 'candidate-pair' && row.nominated) ?? {};
  return {
    received: into.packetsReceived ?? 0,
    lost: into.packetsLost ?? 0,
    played: into.totalSamplesReceived ?? 0,
    concealed: (into.concealedSamples ?? 0) - (into.silentConcealedSamples ?? 0),
    jitter: ms(into.jitter),
    rtt: ms(back.roundTripTime ?? pair.currentRoundTripTime),
    lostThere: back.fractionLost ?? 0,
    allLostThere: back.packetsLost,
  };
};

const rise = (now: Sums, then: Sums): Sums => {
  const rose = (name: keyof Sums) => Math.max(0, now[name] - then[name]);
  return { received: rose('received'), lost: rose('lost'), played: rose('played'), concealed: rose('concealed') };
};

/** Looks at a connection each time it is called; the first look has nothing to compare with. */
export const watcher = (): ((pc: RTCPeerConnection, onCall: boolean) => Promise<Quality>) => {
  let before: Sample | null = null;
  let of: RTCPeerConnection | null = null;
  let wasOnCall = false;
  return async (pc, onCall) => {
    const now = await sample(pc);
    // What came before a call began, or another leg, is no measure of this one.
    const then = of === pc && wasOnCall === onCall ? before : null;
    wasOnCall = onCall;
    before = now;
    of = pc;
    if (!then) return UNKNOWN;
    const rose = rise(now, then);
    return judge({
      lossIn: share(rose.lost, rose.lost + rose.received),
      lossOut: now.lostThere,
      // A line that nobody is on is nearly silent: what fills its gaps says nothing.
      concealed: onCall ? share(rose.concealed, rose.played) : 0,
      rttMs: now.rtt ?? 0,
    });
  };
};

// The E-model in short (ITU-T G.107): G.711 with losses at random, and delay as Cole and Rosenbluth have it.
const BEST = 93.2;
const LOSS_ROBUSTNESS = 25.1;

/** Transmission rating at a share of audio that is missing and a delay one way. */
export const rating = (missing: number, delayMs: number): number => {
  const percent = Math.min(1, Math.max(0, missing)) * 100;
  const equipment = (95 * percent) / (percent + LOSS_ROBUSTNESS);
  const late = 0.024 * delayMs + 0.11 * Math.max(0, delayMs - 177.3);
  return Math.min(BEST, Math.max(0, BEST - equipment - late));
};

/** Sums up how a call sounds, over as many legs as it takes; told once, at its end. */
export class CallMeter {
  #sums: Sums = { received: 0, lost: 0, played: 0, concealed: 0 };
  #before: Sample | null = null;
  #of: RTCPeerConnection | null = null;
  #lostBefore = 0;
  #lostThere: number | undefined;
  #jitter: number[] = [];
  #rtt: number[] = [];

  constructor(readonly attempt: number) {}

  look = async (pc: RTCPeerConnection): Promise<void> => {
    this.take(pc, await sample(pc));
  };

  /** The same of what was counted already. */
  take(pc: RTCPeerConnection, now: Sample) {
    if (this.#of === pc && this.#before) {
      const rose = rise(now, this.#before);
      for (const name of ['received', 'lost', 'played', 'concealed'] as const) this.#sums[name] += rose[name];
      if (now.allLostThere !== undefined) this.#lostThere = (this.#lostThere ?? 0) + Math.max(0, now.allLostThere - this.#lostBefore);
      if (now.jitter !== undefined) this.#jitter.push(now.jitter);
      if (now.rtt !== undefined) this.#rtt.push(now.rtt);
    }
    this.#before = now;
    this.#lostBefore = now.allLostThere ?? this.#lostBefore;
    this.#of = pc;
  }

  /** What the server is told; none where nothing was heard. */
  told(): PageQualityForm | null {
    const { received, lost, played, concealed } = this.#sums;
    if (received === 0) return null;
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const jitter = this.#jitter.length ? mean(this.#jitter) : 0;
    const rtt = this.#rtt.length ? mean(this.#rtt) : null;
    const made_up = Math.min(1, share(concealed, played));
    // What came too late is as missing as what never came.
    const missing = Math.max(share(lost, lost + received), made_up);
    return {
      attempt: this.attempt, received, lost, jitter_ms: jitter, rtt_ms: rtt, remote_lost: this.#lostThere ?? null, made_up,
      r_factor: rating(missing, (rtt ?? 0) / 2 + 2 * jitter),
    };
  }
}
