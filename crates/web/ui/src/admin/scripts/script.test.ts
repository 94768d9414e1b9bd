// A script that is edited: its text, what is wrong with it, where it leads.
import { describe, expect, it } from 'vitest';
import { freeKey, leadsTo, renamed, textOf, wrongWith, type Step } from './script';

const both = (text: string) => ({ es: text, en: text });
const step = (key: string, answers: Step['answers'] = [], say = key): Step => ({ key, stage: 'greeting', say: both(say), required: false, answers });
const answer = (go: string | null, typify: string | null = null): Step['answers'][number] => ({ label: both('sí'), go, typify });

describe('a script', () => {
  it('is written as TOML, whatever is said in it', () => {
    const told = textOf({ steps: [{ ...step('saludo', [answer('fin', 'VE01')], 'Diga "hola"\n\\ {nombre}'), required: true }], objections: [{ title: both('caro'), say: both('no') }] });
    expect(told).toContain('say = { es = "Diga \\"hola\\"\\n\\\\ {nombre}", en = "Diga \\"hola\\"\\n\\\\ {nombre}" }');
    expect(told).toContain('required = true');
    expect(told).toContain('{ label = { es = "sí", en = "sí" }, go = "fin", typify = "VE01" },');
    expect(told).toContain('[[objection]]');
  });
  it('goes on to the next step where nothing is answered, and where an answer leads', () => {
    const steps = [step('a', [answer('c'), answer(null, 'NI01')]), step('b'), step('c')];
    expect([leadsTo(steps, 0, 0), leadsTo(steps, 0, 1), leadsTo(steps, 1), leadsTo(steps, 2)]).toEqual([2, -1, 2, -1]);
  });
  it('has nothing wrong with it when every step is reached and said in both languages', () => {
    expect(wrongWith([step('a', [answer('c'), answer('b')]), step('b'), step('c')])).toEqual([]);
  });
  it('says what is wrong, and where', () => {
    const mute = { ...step('c'), say: { es: 'hola', en: ' ' } };
    const steps = [step('a', [answer('zzz')]), step('b', [], 'hola {nombre'), mute, step('a')];
    expect(wrongWith(steps)).toEqual([
      { at: 0, kind: 'dead' }, { at: 1, kind: 'braces' }, { at: 2, kind: 'words' }, { at: 3, kind: 'twice' },
      { at: 1, kind: 'unreached' }, { at: 2, kind: 'unreached' }, { at: 3, kind: 'unreached' },
    ]);
  });
  it('keeps its answers when a step gets another word, and finds a free one', () => {
    const steps = [step('a', [answer('b')]), step('b'), step('paso_3')];
    renamed(steps, 'b', 'oferta');
    expect([steps[0]!.answers[0]!.go, freeKey(steps)]).toEqual(['oferta', 'paso_4']);
  });
});
