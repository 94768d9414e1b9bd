// What an entry of the audit log says of a change.
import { describe, expect, it } from 'vitest';
import { factsIn } from './detail';

describe('the particulars of an entry', () => {
  it('are what each setting was and is', () => {
    expect(factsIn('{"channels_max":[30,60],"host":[null,"sip.example"],"lists":[1]}', true)).toEqual([
      { column: 'channels_max', before: '30', now: '60' }, { column: 'host', before: '—', now: 'sip.example' }, { column: 'lists', now: '[1]' },
    ]);
  });
  it('are what something new was made with', () => {
    expect(factsIn('{"name":"ana","campaigns":[1,2]}', false)).toEqual([{ column: 'name', now: 'ana' }, { column: 'campaigns', now: '[1,2]' }]);
  });
  it('are words otherwise', () => {
    expect(['loaded 17 contacts', '17', '[1,2]', 'null'].map((words) => factsIn(words, true))).toEqual([[], [], [], []]);
  });
});
