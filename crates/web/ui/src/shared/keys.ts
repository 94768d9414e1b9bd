// One action, one key: shown on its button, in the list of keys, and pressed without a mouse.
import type { WordKey } from './words';

export interface Action {
  /** A letter, a digit, or a name such as `Enter`; none: it has a button only. */
  key?: string;
  label: WordKey;
  /** What is shown instead of the word of `label`. */
  text?: string;
  run: () => void;
  kind?: 'main' | 'danger';
  pressed?: boolean;
}

const FIELDS = 'input, select, textarea, [contenteditable]';
// A box to tick takes no letters.
const PLAIN = 'input[type=checkbox], input[type=radio], input[type=range]';

/** A key as it is written on it. */
export const keyName = (key: string): string => (key.length === 1 ? key.toUpperCase() : key);

/** Whether somebody types: keys are letters then, and need Alt to be orders. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches(FIELDS) && !target.matches(PLAIN);

/** The action a key asks for. */
export const meant = (event: KeyboardEvent, actions: Action[], lettersOn: boolean): Action | undefined => {
  if (event.ctrlKey || event.metaKey || event.isComposing || event.repeat) return undefined;
  if (!event.altKey && (!lettersOn || isTyping(event.target))) return undefined;
  // With Alt some keyboards write another letter: the place of the key says which is meant.
  const placed = event.code.replace(/^(Key|Digit|Numpad)/, '');
  const key = event.altKey && placed.length === 1 ? placed.toLowerCase() : event.key.toLowerCase();
  // Space and Enter belong to the button that has the focus.
  if (event.target instanceof HTMLButtonElement && (key === 'enter' || key === ' ')) return undefined;
  return actions.find((action) => action.key?.toLowerCase() === key);
};
