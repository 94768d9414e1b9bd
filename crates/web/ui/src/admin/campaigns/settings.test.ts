// What of a campaign's settings goes to the server: what was changed, and no more.
import { describe, expect, it } from 'vitest';
import { en } from '../words/en';
import { changesOf, GROUPS, valuesOf } from './settings';

const before = valuesOf({ name: 'ventas', abandon_limit: '3%', caller_ids: ['+576015550100'], lines_max: null, recording_required: false });

describe('the settings of a campaign', () => {
  it('are left alone where nothing was changed', () => {
    expect(changesOf(before, { ...before, caller_ids: [' +576015550100', ''] })).toEqual({});
  });
  it('go as the API takes them', () => {
    const now = { ...before, abandon_limit: '2%', lines_max: '40', caller_ids: ['+576015550100', '+576015550101'], recording_required: true };
    expect(changesOf(before, now)).toEqual({ abandon_limit: '2%', lines_max: 40, caller_ids: ['+576015550100', '+576015550101'], recording_required: true });
  });
  it('lose a cap when its field is emptied, and keep a text that must be something', () => {
    const capped = { ...before, lines_max: '40' };
    expect(changesOf(capped, { ...capped, lines_max: '', abandon_limit: '' })).toEqual({ lines_max: 0 });
  });
  it('each say what they are and what they do', () => {
    const words: Record<string, string> = en;
    const silent = GROUPS.flatMap((group) => group.settings).filter(({ name }) => !words[`set_${name}`] || !words[`why_${name}`]);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
