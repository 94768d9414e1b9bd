import { describe, expect, it } from 'vitest';
import { sought, termOf, type Sale } from './queue';

const text = ({ id, agent, code, campaign }: Sale) => [id, agent, code, campaign].join(' ');
const sale = (more: Partial<Sale>): Sale => ({
  id: 7, attempt: 31, campaign: 'ventas', campaign_id: 1, contact: 1, person: 2, agent: 'Ana', code: 'VE01', accepted_at: 0, stage: 'aceptada', since: 0,
  due_at: 10 * 3_600_000, overdue: false, returned: 0, has_sheet: false, value: 0, reserved: false, audit: 'undecided', by_correction: false, ...more,
});

describe('the term of a sale', () => {
  it('is far, near or over', () => {
    expect(termOf(sale({}), 0).kind).toBe('good');
    expect(termOf(sale({}), 9.5 * 3_600_000).kind).toBe('near');
    expect(termOf(sale({ overdue: true }), 12 * 3_600_000).kind).toBe('bad');
    expect(termOf(sale({ due_at: null }), 0).kind).toBe('none');
  });
});

describe('a search', () => {
  it('finds sales in which each word is', () => {
    const all = [sale({}), sale({ id: 8, agent: 'Luz', code: 'VE02' })];
    expect(sought(all, 'luz ve02', text).map(({ id }) => id)).toEqual([8]);
    expect(sought(all, 'VENTAS', text).length).toBe(2);
    expect(sought(all, 'luz ve01', text)).toEqual([]);
  });
});
