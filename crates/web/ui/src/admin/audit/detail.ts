// The particulars of an entry: of a change, what each setting was and is; of something new, what it was made with.
export type Fact = { column: string; before?: string; now: string };

const told = (value: unknown): string => (value === null || value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value));

/** Facts, or none where the particulars are words. */
export const factsIn = (detail: string): Fact[] => {
  try {
    const read: unknown = JSON.parse(detail);
    if (read === null || typeof read !== 'object' || Array.isArray(read)) return [];
    const pairs = Object.entries(read);
    const isChange = pairs.every(([, value]) => Array.isArray(value) && value.length === 2);
    return pairs.map(([column, value]) =>
      isChange ? { column, before: told((value as unknown[])[0]), now: told((value as unknown[])[1]) } : { column, now: told(value) });
  } catch {
    return [];
  }
};
