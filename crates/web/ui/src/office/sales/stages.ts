// The stages of a sale in the order in which they are passed, and how what stands in a queue is said.
import { when } from '../../shared/format';
import { say, sayOf } from '../words';
import { termOf, type Sale } from './queue';

export type { Sale, SaleRecord } from './queue';

/** Those in which somebody has something to do. */
export const OPEN = [
  'aceptada', 'en_validacion', 'devuelta_asesor', 'validada', 'reservada', 'en_ruta', 'no_entregada', 'devuelta_logistica', 'entregada',
] as const;
export const CLOSED = ['legalizada', 'rechazada', 'anulada'] as const;

export const stageWords = (stage: string): string => sayOf('stage', stage);
export const reasonWords = (reason: string): string => sayOf('reason', reason);

/** So long, in the unit that matters. */
const length = (ms: number): string => {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 90) return say('minutes', minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? say('hours', hours) : say('days', Math.round(hours / 24));
};

const TERMS = { good: 'dueIn', near: 'dueSoon', bad: 'overdueBy' } as const;

/** By when a sale has to leave its stage, and how that stands. */
export const dueOf = (sale: Sale, now: number, zone: string | undefined): { kind: 'good' | 'near' | 'bad' | 'none'; text: string; at: string } => {
  const { kind, ms } = termOf(sale, now);
  if (kind === 'none' || sale.due_at == null) return { kind, text: say('noTerm'), at: '' };
  return { kind, text: say(TERMS[kind], length(ms)), at: when(sale.due_at, zone) };
};

/** What a search looks in. */
export const textOf = (sale: Sale): string =>
  [sale.id, sale.attempt, sale.campaign, sale.agent ?? '', sale.code, stageWords(sale.stage), sale.person].join(' ');
