// A tree of typifications as it is edited.
import type { Schemas } from '../api';

export type TypificationRow = Schemas['TypificationRow'];

/** What a typification says of the call, and what it does to the record. */
export const FLAGS = [
  'human', 'holder', 'third_party', 'effective_contact', 'accepted_sale', 'closes_record', 'suppresses', 'invalidates_phone', 'other_hours', 'free', 'retired',
] as const;

export const newRow = (): TypificationRow => ({
  accepted_sale: false, call_back: null, closes_record: false, code: '', effective_contact: false, free: false, holder: false, human: false,
  invalidates_phone: false, levels: [''], next_action: '', next_phone: 'same', origin: 'A', other_hours: false, rank: null, retired: false,
  set_on: [], suppresses: false, third_party: false, times_max: null, wait_min: 0,
});

export const levelsOf = (text: string): string[] => text.split('›').map((level) => level.trim()).filter(Boolean).slice(0, 3);
export const levelsText = (levels: string[]): string => levels.join(' › ');
/** A whole number, or nothing. */
export const wholeOf = (text: string): number | null => (text.trim() === '' || Number.isNaN(Number(text)) ? null : Math.trunc(Number(text)));
