// The particulars of an entry: of a change, what each setting was and is; of something new, what it was made with.
export type Fact = { column: string; before?: string; now: string };

const told = (value: unknown): string => (value === null || value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value));

/** Facts, or none where the particulars are words. Of a change a value is what was and what is, where both are told. */
export const factsIn = (detail: string, isChange: boolean): Fact[] => {
  try {
    const read: unknown = JSON.parse(detail);
    if (read === null || typeof read !== 'object' || Array.isArray(read)) return [];
    return Object.entries(read).map(([column, value]) =>
      isChange && Array.isArray(value) && value.length === 2 ? { column, before: told(value[0]), now: told(value[1]) } : { column, now: told(value) });
  } catch {
    return [];
  }
};
