// Places of a recording: where each is, and which is the one that is heard now.
import type { Schemas } from '../api';

export type Mark = Schemas['RecordingMark'];

/** In the order in which they are heard; what is before the beginning is at it. */
export const inOrder = (marks: Mark[]): Mark[] => [...marks].sort((a, b) => a.offset_ms - b.offset_ms);
export const secondOf = (mark: Mark): number => Math.max(0, mark.offset_ms) / 1000;

/** The last mark that was passed. */
export const heardAt = (marks: Mark[], second: number): number => marks.findLastIndex((mark) => secondOf(mark) <= second + 0.05);

/** The mark before or after what is heard. */
export const beside = (marks: Mark[], second: number, by: 1 | -1): Mark | undefined =>
  by === 1 ? marks.find((mark) => secondOf(mark) > second + 0.05) : marks.findLast((mark) => secondOf(mark) < second - 1);
