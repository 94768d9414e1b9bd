// The table of words holds what pages say, and no more; both languages take the same values.
import { describe, expect, it } from 'vitest';
import { en } from './en';
import { es } from './es';

const files = import.meta.glob(['../../**/*.svelte', '../../**/*.ts', '!./es.ts', '!./en.ts', '!../../**/*.test.ts', '!../wire.d.ts'], {
  query: '?raw', import: 'default', eager: true,
}) as Record<string, string>;
const pages = Object.values(files).join('\n');
// Words for codes of the API are put together: `gate_due`, `line_up`.
const KINDS = /^(gate|stands|binding|kind|mode|stage|reason|line|advice|quality|alarm)_/;

describe('a word', () => {
  it('is said by some page', () => {
    const idle = Object.keys(es.words).filter((key) => !KINDS.test(key) && !new RegExp(`\\b${key}\\b`).test(pages));
    expect(idle).toEqual([]);
  });
  it('takes as many values in English as in Spanish', () => {
    const values = (text: string) => text.split('%').length - 1;
    const keys = Object.keys(es.words) as (keyof typeof es.words)[];
    expect(keys.filter((key) => values(es.words[key]) !== values(en.words[key]))).toEqual([]);
  });
});
