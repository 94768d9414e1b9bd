// Where a call is in its script, and what its words are with what is known of the customer.
import type { DeskContact, Script, ScriptStep } from '../shared/api';

export const STAGES = ['greeting', 'offer', 'pre_closings', 'closings', 'contract', 'farewell', 'typification'] as const;
export type CallStage = (typeof STAGES)[number];

export interface Piece {
  text: string;
  /** It stands for something that is not known of this customer. */
  missing: boolean;
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

/** What a name in braces stands for: of the card, else a column of the base. */
const known = (name: string, contact: DeskContact, advisor: string, spokenName: string): string => {
  const own: Record<string, string> = {
    nombre: spokenName, documento: contact.document, campana: contact.campaign, segmento: contact.segment, asesor: advisor,
  };
  const key = plain(name);
  return own[key] ?? contact.attributes.find(([column]) => plain(column ?? '') === key)?.[1] ?? '';
};

/** The words of a step, with what is in braces filled in. */
export const filled = (say: string, contact: DeskContact, advisor: string, spokenName: string): Piece[] =>
  say
    .split(/(\{[^}]*\})/)
    .filter(Boolean)
    .map((text) => {
      if (!text.startsWith('{')) return { text, missing: false };
      const value = known(text.slice(1, -1), contact, advisor, spokenName);
      return value ? { text: value, missing: false } : { text: text.slice(1, -1), missing: true };
    });

/** The step an answer leads to; without one, the next. None: the script is over, or the answer only typifies. */
export const after = (script: Script, step: ScriptStep, answer?: number): ScriptStep | undefined => {
  const said = answer === undefined ? undefined : step.answers[answer];
  if (said) return said.go ? script.steps.find((other) => other.key === said.go) : undefined;
  return script.steps[script.steps.indexOf(step) + 1];
};

/** What is marked in the recording when a step comes up, and when it was read. */
export const markOf = (step: ScriptStep, came: boolean): { kind: string; text: string } | null => {
  if (came) return step.stage === 'contract' ? { kind: 'contract', text: step.key } : { kind: 'stage', text: `${step.stage} ${step.key}` };
  return step.required ? { kind: 'read', text: step.key } : null;
};
