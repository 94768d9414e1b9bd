// The typifications of a campaign as hands find them: families by the letters of their code, each a digit, and
// words that are looked for without accents.
import type { Disposition } from '../shared/api';

export interface Family {
  letters: string;
  rows: Disposition[];
}

const FAMILIES_MAX = 9;

/** Families in the order of the catalogue. What finds no digit is found by its words. */
export const families = (rows: Disposition[]): Family[] => {
  const found = new Map<string, Disposition[]>();
  for (const row of rows) {
    const letters = /^[A-Z]+/.exec(row.code)?.[0] ?? row.code;
    found.set(letters, [...(found.get(letters) ?? []), row]);
  }
  return [...found].slice(0, FAMILIES_MAX).map(([letters, rows]) => ({ letters, rows }));
};

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Those that have every word of a query; codes that begin so come first. */
export const search = (rows: Disposition[], query: string): Disposition[] => {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const has = (row: Disposition) => {
    const text = plain([row.code, ...row.levels].join(' '));
    return words.every((word) => text.includes(word));
  };
  const first = (row: Disposition) => (plain(row.code).startsWith(words[0] ?? '') ? 0 : 1);
  return rows.filter(has).sort((a, b) => first(a) - first(b));
};

/** The last words of a typification: what tells it from its family. */
export const leaf = (row: Disposition): string => row.levels.at(-1) ?? row.code;
