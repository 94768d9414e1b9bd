// What a table that was loaded changed: rows by their key before and after.

export interface Row {
  /** What makes it this row: a day and an hour, an advisor and a day. */
  key: string;
  /** What it says. */
  says: string;
}

export interface Change {
  key: string;
  before: string | null;
  after: string | null;
}

/** Rows with one key are taken together: a shift is one of several of its day. */
const byKey = (rows: Row[]): Map<string, string> => {
  const found = new Map<string, string>();
  for (const { key, says } of rows) found.set(key, found.has(key) ? `${found.get(key)}; ${says}` : says);
  return found;
};

export const changes = (before: Row[], after: Row[]): Change[] => {
  const [old, now] = [byKey(before), byKey(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted()
    .map((key) => ({ key, before: old.get(key) ?? null, after: now.get(key) ?? null }))
    .filter((change) => change.before !== change.after);
};
