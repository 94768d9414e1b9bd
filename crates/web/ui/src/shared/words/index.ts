// Every text on screen comes from here. Spanish is the original; English must have each of its words.
// Only the table of the language that is shown is loaded.
import { keep } from '../prefs';
import { filled } from './book';
import type { es } from './es';
import { lang, type Lang } from './lang';

export { lang, type Lang };
export type WordKey = keyof typeof es.words;

const book: { words: Record<WordKey, string>; problems: Record<keyof typeof es.problems, string> } =
  lang === 'en' ? (await import('./en')).en : (await import('./es')).es;

/** A word, with what stands for `%` in it. */
export const word = (key: WordKey, ...values: (string | number)[]): string => filled(book.words[key], values);

/** Whether the table has a word for a code of the API. */
export const isWord = (key: string): key is WordKey => Object.hasOwn(book.words, key);

/** A word for a code of the API, or the code itself. */
export const wordFor = (key: string): string => (isWord(key) ? word(key) : key);

/** Why somebody pauses or has no line: words of people, and some of the server's own. */
export const reasonWords = (reason: string): string => wordOf('reason', reason);

/** Which limit bound a decision of pacing. */
export const bindingWords = (binding: string): string => wordOf('binding', binding.replace(/\W/g, '_'));

/** A word for a code of one kind, or the code itself. */
export const wordOf = (kind: string, code: string): string => {
  const key = `${kind}_${code}`;
  return isWord(key) ? word(key) : code;
};

/** What a refusal means, by its code; else what the server said. */
export const problemWords = (code: string, said: string): string =>
  Object.hasOwn(book.problems, code) ? book.problems[code as keyof typeof es.problems] : said;

/** The page in the other language. */
export const switchLanguage = (): void => {
  keep('lang', lang === 'es' ? 'en' : 'es');
  const url = new URL(location.href);
  url.searchParams.delete('lang');
  // With a place in the page at its end, the same address would not be loaded again.
  if (url.href === location.href) location.reload();
  else location.replace(url);
};
