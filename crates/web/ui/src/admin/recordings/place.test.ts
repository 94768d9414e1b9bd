// Which mark of a recording is heard, and which is beside it.
import { describe, expect, it } from 'vitest';
import { beside, heardAt, inOrder, secondOf, type Mark } from './place';

const mark = (offset_ms: number): Mark => ({ at: 0, kind: 'stage', offset_ms, text: '' });
const marks = inOrder([mark(9_000), mark(-500), mark(4_000)]);

describe('a recording', () => {
  it('has its marks in order, and none before its beginning', () => expect(marks.map(secondOf)).toEqual([0, 4, 9]));
  it('is at the last mark that was passed', () => expect([0, 3.9, 4, 30].map((second) => heardAt(marks, second))).toEqual([0, 0, 1, 2]));
  it('goes to the mark before and after', () => {
    expect([beside(marks, 4.5, 1), beside(marks, 9.5, -1), beside(marks, 4.5, -1)].map((one) => one && secondOf(one))).toEqual([9, 4, 0]);
    expect([beside(marks, 9.5, 1), beside(marks, 0.2, -1)]).toEqual([undefined, undefined]);
  });
});
