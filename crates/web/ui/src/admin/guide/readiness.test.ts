// From nothing to the first call, step by step, each with what keeps it.
import { describe, expect, it } from 'vitest';
import { gatesOf } from '../campaigns/gates';
import { nextOf, stepsOf, type Installation } from './readiness';

const EMPTY = {
  trunks: [], lists: [], packs: [], registers: [], campaigns: [], agents: [], users: [], tests: [],
  live: { agents: [], campaigns: [], trunks: [] },
} as unknown as Installation;
const given = (more: object): Installation => ({ ...EMPTY, ...more }) as Installation;
const stands = (now: Installation) => Object.fromEntries(stepsOf(now).map((step) => [step.key, step.stands]));

const TRUNK = { trunks: [{ name: 'operador', host: '127.0.0.1', enabled: true }], tests: [{ trunk: 'operador', ok: true }] };
const PEOPLE = { agents: [{ id: 1, name: 'ana', campaigns: ['ventas'] }], users: [{ id: 2, agent: 1 }] };
const BASE = { lists: [{ id: 1, name: 'noviembre', contacts: 10 }] };
const LAW = { packs: [{ id: 'co', name: 'Colombia', loopback_only: false }, { id: 'laboratorio', name: 'Laboratorio', loopback_only: true }] };
const CAMPAIGN = { id: 1, name: 'ventas', state: 'stopped', lists: ['noviembre'], trunks: ['operador'], caller_ids: ['+576015550100'], law_pack: 'co' };

describe('the guide', () => {
  it('begins with the trunk where there is nothing', () => {
    expect(nextOf(stepsOf(EMPTY))?.key).toBe('trunk');
    expect(new Set(Object.values(stands(EMPTY)))).toEqual(new Set(['todo']));
  });
  it('tells a carrier that does not answer from none, and from one not asked yet', () => {
    const silent = { ...TRUNK, tests: [{ trunk: 'operador', ok: false }] };
    expect([given(TRUNK), given(silent), given({ ...TRUNK, tests: [] })].map((now) => stands(now).trunk)).toEqual(['done', 'trouble', 'wait']);
  });
  it('wants advisors who can log in', () => {
    expect([stands(given(PEOPLE)).people, stands(given({ ...PEOPLE, users: [] })).people]).toEqual(['done', 'trouble']);
  });
  it('sees a base that is there and empty', () => {
    expect(stands(given({ lists: [{ id: 1, name: 'vacía', contacts: 0 }] })).base).toBe('trouble');
  });
  it('goes on to the start once the law lets a campaign call', () => {
    const ready = given({ ...TRUNK, ...PEOPLE, ...BASE, ...LAW, campaigns: [CAMPAIGN], live: { agents: [{ name: 'ana', registered: true }], campaigns: [], trunks: [] } });
    expect(nextOf(stepsOf(ready))?.key).toBe('start');
    const running = { ...ready, campaigns: [{ ...CAMPAIGN, state: 'running' }] } as unknown as Installation;
    expect(nextOf(stepsOf(running))).toMatchObject({ key: 'call', stands: 'wait' });
  });
});

describe('a gate', () => {
  const plant = given({ ...TRUNK, ...BASE, ...LAW });
  const shut = (campaign: object, more: object = {}) =>
    gatesOf({ ...CAMPAIGN, ...campaign } as never, { ...plant, served: ['ventas'], ...more }).filter((gate) => !gate.open).map((gate) => gate.key);

  it('is open where nothing is missing', () => expect(shut({})).toEqual([]));
  it('names what is missing', () => {
    expect(shut({ lists: [], trunks: [], caller_ids: [] })).toEqual(['list', 'empty', 'trunk', 'callerId']);
    expect(shut({}, { served: [] })).toEqual(['advisors']);
  });
  it('keeps the laboratory from a carrier that is not this machine', () => {
    const real = { trunks: [{ name: 'operador', host: '192.0.2.7', enabled: true }] };
    expect(shut({ law_pack: 'laboratorio' })).toEqual([]);
    expect(shut({ law_pack: 'laboratorio' }, real)).toEqual(['law']);
  });
  it('keeps to the registers of the campaign’s own law', () => {
    const registers = [{ register: 'rne', demanded_by: [{ pack: 'co@2026.11', may_call: false }] }];
    expect(shut({}, { registers })).toEqual(['register']);
    expect(shut({ law_pack: 'laboratorio' }, { registers })).toEqual([]);
  });
});
