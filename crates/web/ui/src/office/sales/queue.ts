// What the queue decides without words: which sales are found, and how the term of one stands.
import type { components } from '../../shared/wire';

export type Sale = components['schemas']['Sale'];
export type SaleRecord = components['schemas']['SaleRecord'];

/** A term within this is seen to first. */
const SOON_MS = 3_600_000;

/** How the term of a sale stands, and how long until it, or since. */
export const termOf = (sale: Sale, now: number): { kind: 'good' | 'near' | 'bad' | 'none'; ms: number } => {
  if (sale.due_at == null) return { kind: 'none', ms: 0 };
  const left = sale.due_at - now;
  return { kind: sale.overdue ? 'bad' : left < SOON_MS ? 'near' : 'good', ms: Math.abs(left) };
};

/** Those of a list in which each word that somebody wrote is found; `text` is what is looked in. */
export const sought = (sales: Sale[], words: string, text: (sale: Sale) => string): Sale[] => {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return wanted.length ? sales.filter((sale) => wanted.every((word) => text(sale).toLocaleLowerCase().includes(word))) : sales;
};
