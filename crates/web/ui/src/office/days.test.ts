import { describe, expect, it } from 'vitest';
import { begins, dayAfter, daysOf, preset, today } from './days';

const NOON = Date.parse('2026-12-01T12:00:00Z');

describe('a day by the clock of a campaign', () => {
  it('begins at its own midnight', () => {
    expect(begins('2026-12-01', 'America/Bogota')).toBe(Date.parse('2026-12-01T05:00:00Z'));
    expect(begins('2026-12-01', 'UTC')).toBe(Date.parse('2026-12-01T00:00:00Z'));
    expect(begins('2026-07-01', 'Europe/London')).toBe(Date.parse('2026-06-30T23:00:00Z'));
  });
  it('begins once where clocks change', () => {
    expect(begins('2026-03-29', 'Europe/London')).toBe(Date.parse('2026-03-29T00:00:00Z'));
    expect(begins('2026-03-30', 'Europe/London')).toBe(Date.parse('2026-03-29T23:00:00Z'));
  });
  it('is yesterday where it is not midnight yet', () => {
    expect(today('America/Bogota', Date.parse('2026-12-01T04:59:59Z'))).toBe('2026-11-30');
    expect(today('America/Bogota', Date.parse('2026-12-01T05:00:00Z'))).toBe('2026-12-01');
  });
});

describe('a span', () => {
  it('is one of those usual', () => {
    expect(preset('month', 'UTC', NOON)).toEqual({ from: '2026-12-01', to: '2026-12-01' });
    expect(preset('lastMonth', 'UTC', NOON)).toEqual({ from: '2026-11-01', to: '2026-11-30' });
    expect(preset('week', 'UTC', NOON)).toEqual({ from: '2026-11-25', to: '2026-12-01' });
    expect(dayAfter('2026-02-28', 1)).toBe('2026-03-01');
  });
  it('is what the address says, where that is one', () => {
    expect(daysOf(new URLSearchParams('from=2026-11-03&to=2026-11-09'), 'UTC', 'today')).toEqual({ from: '2026-11-03', to: '2026-11-09' });
    expect(daysOf(new URLSearchParams('from=2026-11-09&to=2026-11-03'), 'UTC', 'today')).toEqual(preset('today', 'UTC'));
    expect(daysOf(new URLSearchParams('from=x&to=2026-11-03'), 'UTC', 'today')).toEqual(preset('today', 'UTC'));
  });
});
