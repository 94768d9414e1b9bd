// The reasons of pacing, in the language of the page and not in the server's.
import { beforeAll, describe, expect, it, vi } from 'vitest';

let words: typeof import('./pacing-words').paceWords;

beforeAll(async () => {
  vi.stubGlobal('location', { search: '?lang=es' });
  vi.stubGlobal('document', { documentElement: {} });
  words = (await import('./pacing-words')).paceWords;
});

describe('a decision of pacing', () => {
  it('is said by its figures', () => {
    const risk = { ready: 3, expected_frees: 1.26, expected_answers: 2, risk_next: 0.08, theta: 0.05, live: 200, abandoned: 4 };
    const said = words({ binding: 'abandon', inputs: risk });
    expect(said).toContain('3 libres, 1,3 más en breve, 2 respuestas en camino.');
    expect(said).toMatch(/no hallaría asesor el 8,0\s?% de las veces; se permite el 5,0\s?%/);
    expect(said).toMatch(/Abandono hasta ahora: 2,0\s?%/);
  });
  it('says nothing of a risk that does not bind, and nothing where there are no figures', () => {
    expect(words({ binding: 'trunk', inputs: { risk_next: 0.08, live: 0 } })).not.toContain('Una más');
    expect(words({ binding: 'no agents', inputs: {} })).toBe('');
  });
  it('tells fixed lines from those that leave nobody without an agent', () => {
    expect(words({ binding: 'none', inputs: { lines_per_agent: 2, ready: 4, in_flight: 1 } })).toContain('2 líneas por asesor');
    expect(words({ binding: 'none', inputs: { lines: 5, ready: 4, in_flight: 1, answer_chance: 0.4 } })).toContain('5 líneas no dejan a nadie sin asesor');
  });
});
