// What is written in the rows of segments is what the API is given.
import { describe, expect, it } from 'vitest';
import { formOf, newRow, rowOf } from './rows';

describe('segments', () => {
  it('go back as they came, with what the desk does not show', () => {
    const form = {
      name: 'cali', rule: 'ciudad en ("Cali")', priority: 2, share: 60, order: 'score', order_column: 'puntaje', retries_first: true,
      quota: { most: 5, of: 'sales', per: 'day' }, lists: ['noviembre'], sells: ['PLAN1'],
    };
    expect(formOf([rowOf(form)], 'never')).toEqual({ rest: 'never', segments: [form] });
  });
  it('are not there without a name', () => expect(formOf([newRow()], 'last').segments).toEqual([]));
  it('have no quota and no column that they do not use', () => {
    const row = { ...newRow(), name: 'todos', quota: '', order_column: 'puntaje' };
    expect(formOf([row], 'last').segments[0]).toEqual({ name: 'todos', rule: '', priority: 1, share: 100, order: 'oldest', retries_first: false });
  });
});
