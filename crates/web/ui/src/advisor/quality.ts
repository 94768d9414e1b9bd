// How good the connection of this machine is, from what the browser counts, and what to do about it.
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

/** Looks at a connection each time it is called; the first look has nothing to compare with. */
export const watcher = (): ((pc: RTCPeerConnection, onCall: boolean) => Promise<Quality>) => {
  let before: Sums | null = null;
  let of: RTCPeerConnection | null = null;
  let wasOnCall = false;
  return async (pc, onCall) => {
    const rows = [...(await pc.getStats()).values()] as Record<string, number & string>[];
    const row = (type: string) => rows.find((row) => row.type === type) ?? {};
    const into = row('inbound-rtp');
    const back = row('remote-inbound-rtp');
    const pair = rows.find((row) => row.type === 'candidate-pair' && row.nominated) ?? {};
    const now: Sums = {
      received: into.packetsReceived ?? 0,
      lost: into.packetsLost ?? 0,
      played: into.totalSamplesReceived ?? 0,
      concealed: (into.concealedSamples ?? 0) - (into.silentConcealedSamples ?? 0),
    };
    // What came before a call began, or another leg, is no measure of this one.
    const then = of === pc && wasOnCall === onCall ? before : null;
    wasOnCall = onCall;
    before = now;
    of = pc;
    if (!then) return UNKNOWN;
    const rose = (name: keyof Sums) => Math.max(0, now[name] - then[name]);
    const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);
    return judge({
      lossIn: share(rose('lost'), rose('lost') + rose('received')),
      lossOut: back.fractionLost ?? 0,
      // A line that nobody is on is nearly silent: what fills its gaps says nothing.
      concealed: onCall ? share(rose('concealed'), rose('played')) : 0,
      rttMs: (back.roundTripTime ?? pair.currentRoundTripTime ?? 0) * 1000,
    });
  };
};
