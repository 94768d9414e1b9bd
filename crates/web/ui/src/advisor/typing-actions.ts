// The keys of typifying: a digit chooses, a second one chooses within its family, Enter saves.
import { when } from '../shared/format';
import type { Action } from '../shared/keys';
import { word } from '../shared/words';
import { presets } from './callback';
import type { DeskModel } from './desk.svelte';
import { leaf } from './results';

const focus = (id: string) => document.getElementById(id)?.focus();

export const presetsOf = (model: DeskModel) => presets(model.now, model.desk?.contact?.zone);

export const typingActions = (model: DeskModel): Action[] => {
  const { typing } = model;
  const actions: Action[] = [
    { key: '/', label: 'search', run: () => focus('code') },
    { key: 'o', label: 'note', run: () => focus('note') },
    { key: 'v', label: 'neverAgain', run: () => (typing.draft.never = !typing.draft.never) },
    { key: 'b', label: 'callBack', run: () => typing.book() },
  ];
  if (typing.draft.code) actions.push({ key: 'Enter', label: 'save', run: () => void typing.save() });
  return [...digits(model), ...actions];
};

const digits = (model: DeskModel): Action[] => {
  const { typing } = model;
  if (typing.booking) {
    const times = presetsOf(model).map((preset, at): Action => ({
      key: String(at + 1),
      label: preset.label,
      text: `${word(preset.label)} (${when(preset.at, model.desk?.contact?.zone)})`,
      run: () => void typing.save(preset.form),
    }));
    const other: Action = { key: String(times.length + 1), label: 'otherTime', run: () => focus('again') };
    return [...times, other];
  }
  if (typing.family !== null) {
    const back: Action = { key: '0', label: 'cancel', run: () => typing.digit(0) };
    const rows = typing.digits.slice(0, 9).map((row, at): Action => ({
      key: String(at + 1), label: 'choose', text: `${row.code} · ${leaf(row)}`, run: () => typing.digit(at + 1),
    }));
    return [...rows, back];
  }
  return typing.families.map((family, at): Action => ({
    key: String(at + 1),
    label: 'choose',
    text: family.rows[0] ? `${family.rows[0].code} · ${leaf(family.rows[0])}` : family.letters,
    run: () => typing.digit(at + 1),
  }));
};
