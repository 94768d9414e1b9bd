// A password that a person types once: no letters that look alike.
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 16;

export const newPassword = (): string => {
  let made = '';
  while (made.length < LENGTH) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    // Bytes beyond the last whole turn would favour the first letters.
    if (byte < Math.floor(256 / LETTERS.length) * LETTERS.length) made += LETTERS[byte % LETTERS.length];
  }
  return made;
};
