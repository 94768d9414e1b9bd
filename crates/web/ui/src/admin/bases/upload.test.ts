// What is said of columns, and how a list is called by itself.
import { describe, expect, it, vi } from 'vitest';

vi.mock('../../shared/words', () => ({ problemWords: (_: string, said: string) => said }));
vi.mock('../../shared/api', () => ({ Refused: Error }));
const { changesOf, listNameOf } = await import('./upload');

const column = (heading: string, role: string) => ({ heading, role, confidence: 'high', reason: '' });

describe('a mapping', () => {
  const guessed = [column('CEDULA', 'document'), column('CEL, 1', 'phone'), column('TEL', 'phone')];
  it('says nothing where nothing was changed', () => expect(changesOf(guessed, ['document', 'phone', 'phone'])).toBe(''));
  it('names columns by number, whatever their headings hold', () => {
    expect(changesOf(guessed, ['ignore', 'attribute', 'phone'])).toBe('ignore=1,attribute=2');
  });
});

describe('a list', () => {
  it('is called as its file, without what it is wrapped in', () => {
    expect(['noviembre.csv', 'base 2026.xlsx.age', 'B.CSV.ZIP', 'v1.2'].map(listNameOf)).toEqual(['noviembre', 'base 2026', 'B', 'v1.2']);
  });
});
