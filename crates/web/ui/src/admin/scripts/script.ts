// A script as it is edited: its text as the API takes it (TOML), what is wrong with it, and where each answer leads.
import type { Schemas } from '../api';

export type Script = Schemas['Script'];
export type Step = Schemas['ScriptStep'];
export type Words = Schemas['ScriptWords'];

export const STAGES = ['greeting', 'offer', 'pre_closings', 'closings', 'contract', 'farewell', 'typification'];
export const ANSWERS_MAX = 4;
/** What is filled in of every customer; columns of the base are besides. */
export const KNOWN = ['nombre', 'documento', 'campana', 'segmento', 'asesor'];

/** A text in TOML: the escapes of JSON are among those of TOML. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007F');
const words = ({ es, en }: Words): string => `{ es = ${quoted(es)}, en = ${quoted(en)} }`;

/** The text of a script, as its versions are kept. */
export const textOf = ({ steps, objections }: Pick<Script, 'steps' | 'objections'>): string =>
  [
    ...steps.map((step) => [
      '[[step]]',
      `key = ${quoted(step.key)}`,
      `stage = ${quoted(step.stage)}`,
      ...(step.required ? ['required = true'] : []),
      `say = ${words(step.say)}`,
      ...(step.answers.length
        ? ['answers = [', ...step.answers.map((answer) =>
            `  { label = ${words(answer.label)}${answer.go ? `, go = ${quoted(answer.go)}` : ''}${answer.typify ? `, typify = ${quoted(answer.typify)}` : ''} },`), ']']
        : []),
      '',
    ].join('\n')),
    ...objections.map((objection) => `[[objection]]\ntitle = ${words(objection.title)}\nsay = ${words(objection.say)}\n`),
  ].join('\n');

/** A word for a new step that no other has. */
export const freeKey = (steps: Step[]): string => {
  for (let at = steps.length + 1; ; at += 1) if (!steps.some((step) => step.key === `paso_${at}`)) return `paso_${at}`;
};

/** A step under another word: answers that led to it lead to it still. */
export const renamed = (steps: Step[], from: string, to: string): void => {
  for (const step of steps) for (const answer of step.answers) if (answer.go === from) answer.go = to;
};

/** Where an answer leads; none: the script ends there. */
export const leadsTo = (steps: Step[], at: number, answer?: number): number => {
  const said = answer === undefined ? undefined : steps[at]?.answers[answer];
  if (said) return said.go ? steps.findIndex((step) => step.key === said.go) : -1;
  return at + 1 < steps.length ? at + 1 : -1;
};

export type Wrong = { at: number; kind: 'words' | 'dead' | 'unreached' | 'braces' | 'twice' };

/** What the server would refuse, told while it is written. */
export const wrongWith = (steps: Step[]): Wrong[] => {
  const reached = new Set([0]);
  const wrong: Wrong[] = [];
  const balanced = (text: string) => /^[^{}]*(\{[^{}]+\}[^{}]*)*$/.test(text);
  steps.forEach((step, at) => {
    const texts = [step.say, ...step.answers.map((answer) => answer.label)];
    if (texts.some(({ es, en }) => !es.trim() || !en.trim())) wrong.push({ at, kind: 'words' });
    if (texts.some(({ es, en }) => !balanced(es) || !balanced(en))) wrong.push({ at, kind: 'braces' });
    if (step.answers.some((answer) => (answer.go ? !steps.some((other) => other.key === answer.go) : !answer.typify))) wrong.push({ at, kind: 'dead' });
    if (steps.findIndex((other) => other.key === step.key) !== at) wrong.push({ at, kind: 'twice' });
  });
  // Steps are gone through from those that are reached, until no more are.
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const at of [...reached]) {
      const step = steps[at];
      const next = step?.answers.length ? step.answers.map((_, answer) => leadsTo(steps, at, answer)) : [leadsTo(steps, at)];
      next.filter((to) => to >= 0).forEach((to) => reached.add(to));
    }
  }
  steps.forEach((_, at) => {
    if (!reached.has(at)) wrong.push({ at, kind: 'unreached' });
  });
  return wrong;
};
