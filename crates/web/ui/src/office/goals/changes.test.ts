import { expect, it } from 'vitest';
import { changes } from './changes';

it('a table that is loaded tells what it added, changed and took away', () => {
  const before = [{ key: '2026-12-01', says: '10' }, { key: '2026-12-02', says: '12' }, { key: '2026-12-03', says: '7' }];
  const after = [{ key: '2026-12-01', says: '10' }, { key: '2026-12-02', says: '15' }, { key: '2026-12-04', says: '9' }];
  expect(changes(before, after)).toEqual([
    { key: '2026-12-02', before: '12', after: '15' },
    { key: '2026-12-03', before: '7', after: null },
    { key: '2026-12-04', before: null, after: '9' },
  ]);
});

it('two shifts of a day are one change', () => {
  const shift = (says: string) => ({ key: 'ana 2026-12-01', says });
  expect(changes([shift('08:00-12:00')], [shift('08:00-12:00'), shift('14:00-18:00')])).toEqual([
    { key: 'ana 2026-12-01', before: '08:00-12:00', after: '08:00-12:00; 14:00-18:00' },
  ]);
});
