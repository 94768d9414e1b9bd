// A page's own table of words beside that of all pages: Spanish is written, English must have each of its keys. So a
// page loads its own words and no other's.

/** The words of a page, asked by key; `%` is replaced by what stands for it. */
export const bookOf = <K extends string>(book: Record<K, string>) => {
  const isOurs = (key: string): key is K => Object.hasOwn(book, key);
  const say = (key: K, ...values: (string | number)[]): string => filled(book[key], values);
  return {
    say,
    /** The word for a code of one kind, `kind_code`; or the code itself. */
    sayOf: (kind: string, code: string): string => {
      const key = `${kind}_${code}`;
      return isOurs(key) ? say(key) : code;
    },
  };
};

/** A text with its values in the places of `%`. */
export const filled = (text: string, values: (string | number)[]): string => {
  let at = 0;
  return text.replace(/%/g, () => String(values[at++] ?? '%'));
};
