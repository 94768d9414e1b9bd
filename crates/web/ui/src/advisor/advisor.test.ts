// What decides on the advisor's page, without a page.
import { describe, expect, it } from 'vitest';
import type { DeskContact, Disposition, Script, ScriptStep } from '../shared/api';
import { localOf, presets } from './callback';
import { after, filled, markOf } from './guide';
import { CallMeter, judge, rating, watcher } from './quality';
import { families, search } from './results';

const row = (code: string, ...levels: string[]): Disposition => ({ code, levels, sale: false, call_back: null, next_action: '' });
const ROWS = [
  row('TE01', 'Tercero', 'Titular no está'), row('TE02', 'Tercero', 'No da razón'),
  row('NI01', 'Titular', 'No acepta', 'Precio alto'), row('VE01', 'Venta', 'Aceptada'),
];

describe('results', () => {
  it('have a digit for each family, in the order of the catalogue', () => {
    expect(families(ROWS).map((family) => [family.letters, family.rows.length])).toEqual([['TE', 2], ['NI', 1], ['VE', 1]]);
  });
  it('are never more families than there are digits', () => {
    const many = [...'ABCDEFGHIJKL'].map((letter) => row(`${letter}01`, letter));
    expect(families(many)).toHaveLength(9);
  });
  it('are found by any words, without accents, and codes first', () => {
    expect(search(ROWS, 'esta').map(({ code }) => code)).toEqual(['TE01']);
    expect(search(ROWS, 'TITULAR precio').map(({ code }) => code)).toEqual(['NI01']);
    expect(search([row('XX01', 've'), ...ROWS], 've').map(({ code }) => code)).toEqual(['VE01', 'XX01']);
    expect(search(ROWS, '  ')).toEqual([]);
    expect(search(ROWS, 'zzz')).toEqual([]);
  });
});

describe('times to call again', () => {
  // A Monday, 21:30 in Bogota: Tuesday already in Madrid.
  const monday = Date.parse('2026-11-30T21:30:00-05:00');
  it('are by the clock of the customer', () => {
    expect(localOf(monday, 'America/Bogota')).toBe('2026-11-30T21:30');
    expect(localOf(monday, 'Europe/Madrid')).toBe('2026-12-01T03:30');
  });
  it('are an hour, a day, and the Monday that comes', () => {
    const [hour, day, next] = presets(monday, 'America/Bogota');
    expect(hour?.form).toEqual({ callback_at: monday + 3_600_000 });
    expect(day?.form).toEqual({ callback_local: '2026-12-01T21:30' });
    expect(next?.form).toEqual({ callback_local: '2026-12-07T09:00' });
    expect(localOf(next?.at ?? 0, 'America/Bogota')).toBe('2026-12-07T09:00');
  });
  it('mean the next day where that is a Monday', () => {
    const sunday = Date.parse('2026-12-06T08:15:00-05:00');
    expect(presets(sunday, 'America/Bogota')[2]?.form).toEqual({ callback_local: '2026-12-07T09:00' });
  });
});

describe('quality', () => {
  const fine = { lossIn: 0, lossOut: 0, concealed: 0, rttMs: 30 };
  it('is good while nothing is lost or late', () => expect(judge(fine).light).toBe('good'));
  it('names what is worst, and how much of it', () => {
    expect(judge({ ...fine, lossIn: 0.02 })).toEqual({ light: 'fair', advice: 'advice_lossIn', value: 0.02, share: true });
    expect(judge({ ...fine, lossIn: 0.02, rttMs: 900 })).toEqual({ light: 'bad', advice: 'advice_rtt', value: 900, share: false });
  });

  const counted = (received: number, lost: number) =>
    ({ getStats: async () => new Map([['in', { type: 'inbound-rtp', packetsReceived: received, packetsLost: lost }]]) }) as unknown as RTCPeerConnection;
  it('is of what happened since the last look at the same leg, in the same state', async () => {
    const look = watcher();
    const leg = counted(1000, 500);
    expect((await look(leg, true)).light).toBe('none');
    leg.getStats = counted(1100, 500).getStats;
    expect((await look(leg, true)).light).toBe('good');
    leg.getStats = counted(1190, 510).getStats;
    expect(await look(leg, true)).toMatchObject({ light: 'bad', value: 0.1 });
    expect((await look(leg, false)).light).toBe('none');
    expect((await look(counted(9, 9), false)).light).toBe('none');
  });
});

describe('the script', () => {
  const words = { es: '', en: '' };
  const step = (key: string, more: Partial<ScriptStep> = {}): ScriptStep => ({ key, stage: 'offer', say: words, required: false, answers: [], ...more });
  const script: Script = {
    version: 1,
    steps: [
      step('a', { answers: [{ label: words, go: 'c', typify: null }, { label: words, go: null, typify: 'NI01' }] }),
      step('b'), step('c', { stage: 'contract', required: true }),
    ],
    objections: [],
  };
  const [a, b, c] = script.steps as [ScriptStep, ScriptStep, ScriptStep];

  it('goes where an answer leads, or to the next step', () => {
    expect([after(script, a, 0), after(script, a, 1), after(script, b), after(script, c)]).toEqual([c, undefined, c, undefined]);
  });
  it('is filled in from the card and the columns of the base, whatever their case and accents', () => {
    const contact = {
      id: 1, campaign: 'Ventas', campaign_id: 1, catalogue: 1, inbound: false, name: 'ANA', document: '7', segment: '', phones: [],
      attributes: [['Plan Actual', 'Postpago'], ['Teléfono', '']],
    } as DeskContact;
    const text = (say: string) => filled(say, contact, 'eva', 'Ana').map((piece) => (piece.missing ? `?${piece.text}` : piece.text)).join('');
    expect(text('Hola {nombre}, soy {Asesor}. Tiene {PLAN ACTUAL}; {telefono} y {cupo}.')).toBe('Hola Ana, soy eva. Tiene Postpago; ?telefono y ?cupo.');
    expect(text('sin llaves')).toBe('sin llaves');
  });
  it('marks stages as they come, the contract as such, and what was read', () => {
    expect([markOf(a, true), markOf(c, true)]).toEqual([{ kind: 'stage', text: 'offer a' }, { kind: 'contract', text: 'c' }]);
    expect([markOf(a, false), markOf(c, false)]).toEqual([null, { kind: 'read', text: 'c' }]);
  });
});

describe('how a call sounded', () => {
  const leg = () => ({}) as RTCPeerConnection;
  const look = (received: number, lost: number, more = {}) => ({
    received, lost, played: received * 160, concealed: 0, jitter: 4, rtt: 20, lostThere: 0, allLostThere: 0, ...more,
  });
  it('is what came between its looks, over every leg', () => {
    const meter = new CallMeter(7);
    const [first, second] = [leg(), leg()];
    meter.take(first, look(1_000, 5));
    meter.take(first, look(1_100, 7));
    // Another leg counts from its own beginning.
    meter.take(second, look(50, 0));
    meter.take(second, look(100, 3, { allLostThere: 2 }));
    expect(meter.told()).toMatchObject({ attempt: 7, received: 150, lost: 5, jitter_ms: 4, rtt_ms: 20, remote_lost: 2, made_up: 0 });
  });
  it('is not told of a call in which nothing was heard', () => {
    const meter = new CallMeter(7);
    meter.take(leg(), look(1_000, 5));
    expect(meter.told()).toBe(null);
  });
  it('is rated as the engine rates it', () => {
    expect(rating(0, 0)).toBe(93.2);
    // 5 % at random: 95 * 5 / (5 + 25.1) less.
    expect(rating(0.05, 0)).toBeCloseTo(77.42, 2);
    expect(rating(1, 5_000)).toBe(0);
  });
});
