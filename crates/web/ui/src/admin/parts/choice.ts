/** One of several values, and the word for it. */
export type Choice = { value: string; text: string };

/** Names that are their own words. */
export const named = (names: string[]): Choice[] => names.map((name) => ({ value: name, text: name }));
