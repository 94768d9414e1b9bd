// The keys of the script: J, K, L, F answer, S goes on, Z goes back, N opens what is said to objections.
import type { Action } from '../shared/keys';
import { lang } from '../shared/words';
import type { DeskModel } from './desk.svelte';

const ANSWERS = ['j', 'k', 'l', 'f'];

export const answersOf = ({ script }: DeskModel): Action[] => {
  const { step } = script;
  if (!step) return [];
  if (step.answers.length === 0) {
    const last = script.script?.steps.at(-1) === step;
    return last ? [] : [{ key: 's', label: 'goOn', kind: 'main', run: () => script.go() }];
  }
  return step.answers.map((answer, at) => ({ key: ANSWERS[at], label: 'answer', text: answer.label[lang], run: () => script.go(at) }));
};

export const scriptActions = (model: DeskModel): Action[] => {
  const { script } = model;
  if (!script.step) return [];
  const drawer: Action = { key: 'n', label: 'objections', pressed: script.drawer, run: () => (script.drawer = !script.drawer) };
  const back: Action = { key: 'z', label: 'stepBack', run: () => script.back() };
  return [
    ...answersOf(model),
    ...(script.place.path.length > 1 ? [back] : []),
    ...(script.script?.objections.length ? [drawer] : []),
  ];
};
