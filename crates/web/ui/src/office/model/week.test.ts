import { expect, it } from 'vitest';
import { weekOf } from './week';

it('a week goes from Monday to Sunday', () => {
  for (const day of ['2026-11-30', '2026-12-01', '2026-12-06']) expect(weekOf(day)).toEqual({ from: '2026-11-30', to: '2026-12-06' });
  expect(weekOf('2026-12-07').from).toBe('2026-12-07');
});
