// What is said of a sheet before the server says it.
import { describe, expect, it } from 'vitest';
import type { SaleField } from '../shared/api';
import { asked, days, empty, EVIDENCE_BYTES_MAX, unfit, written } from './sheet';

const field = (key: string, more: Partial<SaleField> = {}): SaleField => ({
  key, label: { es: key, en: key }, kind: 'text', required: true, min: null, max: null, options: [], when: null, ...more,
});
const FIELDS = [
  field('pago', { kind: 'choice' }),
  field('cuotas', { kind: 'number', when: { field: 'pago', is: ['financiado'] } }),
  field('correo', { required: false }),
];

describe('a sheet', () => {
  it('asks for a field only while its condition holds, and sends nothing of the others', () => {
    expect(asked(FIELDS, { pago: 'contado' }).map(({ key }) => key)).toEqual(['pago', 'correo']);
    expect(written(FIELDS, { pago: 'contado', cuotas: '12', correo: ' ' })).toEqual({ pago: 'contado' });
    expect(written(FIELDS, { pago: 'financiado', cuotas: ' 12 ' })).toEqual({ pago: 'financiado', cuotas: '12' });
  });
  it('says which required fields are empty', () => {
    expect(empty(FIELDS, {})).toEqual({ pago: 'missing' });
    expect(empty(FIELDS, { pago: 'financiado', cuotas: '  ' })).toEqual({ cuotas: 'missing' });
    expect(empty(FIELDS, { pago: 'financiado', cuotas: '3' })).toEqual({});
  });
  it('has days within so many years of today', () => {
    const today = new Date(2026, 11, 1);
    expect(days(field('expedicion', { max: 0 }), today)).toEqual({ min: undefined, max: '2026-12-01' });
    expect(days(field('entrega', { min: 0, max: 1 }), today)).toEqual({ min: '2026-12-01', max: '2027-12-01' });
  });
});

describe('a file', () => {
  it('is evidence by its kind and size', () => {
    expect(unfit({ type: 'image/jpeg', size: EVIDENCE_BYTES_MAX })).toBe(null);
    expect(unfit({ type: 'image/jpeg', size: EVIDENCE_BYTES_MAX + 1 })).toBe('tooBig');
    expect(unfit({ type: 'text/html', size: 10 })).toBe('notAKind');
  });
});
