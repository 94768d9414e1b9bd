// Which key means what, and when it means nothing.
import { beforeAll, describe, expect, it } from 'vitest';
import { meant, type Action } from './keys';

class Node {
  constructor(private readonly tag: string) {}
  matches(selector: string) {
    return selector.split(', ').includes(this.tag);
  }
}
class Button extends Node {}
beforeAll(() => Object.assign(globalThis, { Element: Node, HTMLButtonElement: Button }));

const ACTIONS: Action[] = [
  { key: 'm', label: 'mute', run: () => undefined },
  { key: '1', label: 'choose', run: () => undefined },
  { key: 'Enter', label: 'save', run: () => undefined },
];
const press = (key: string, more: object = {}, letters = true) =>
  meant({ key, code: `Key${key.toUpperCase()}`, target: new Node('body'), ...more } as unknown as KeyboardEvent, ACTIONS, letters)?.label;

describe('a key', () => {
  it('is an order, whatever its case', () => expect([press('m'), press('M')]).toEqual(['mute', 'mute']));
  it('is a letter while somebody types, unless Alt is held', () => {
    const target = new Node('input');
    expect([press('m', { target }), press('µ', { target, altKey: true, code: 'KeyM' })]).toEqual([undefined, 'mute']);
    expect(press('¡', { target, altKey: true, code: 'Digit1' })).toBe('choose');
  });
  it('is the browser’s with Ctrl, and no order when it is held down', () => {
    expect([press('m', { ctrlKey: true }), press('m', { metaKey: true }), press('m', { repeat: true })]).toEqual([undefined, undefined, undefined]);
  });
  it('asks for Alt where single keys are switched off', () => {
    expect([press('m', {}, false), press('m', { altKey: true }, false)]).toEqual([undefined, 'mute']);
  });
  it('belongs to the button that has the focus', () => {
    expect([press('Enter', { code: 'Enter' }), press('Enter', { code: 'Enter', target: new Button('button') })]).toEqual(['save', undefined]);
  });
});
