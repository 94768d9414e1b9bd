// Why a campaign dials as it does, in the reader's language: made of the figures of the decision, never of the server's sentence.
import type { LivePacing } from '../shared/api';
import { number, percent } from '../shared/format';
import { say } from './words';

const tenths = (value: number) => number(Math.round(value * 10) / 10);

/** One or more sentences; empty where the binding limit says all there is. */
export const paceWords = ({ binding, inputs }: Pick<LivePacing, 'binding' | 'inputs'>): string => {
  const of = (name: string) => inputs[name] ?? 0;
  if ('lines_per_agent' in inputs) return say('paceLines', tenths(of('lines_per_agent')), number(of('ready')), number(of('in_flight')));
  if ('lines' in inputs) return say('paceSure', number(of('ready')), number(of('in_flight')), percent(of('answer_chance'), 0), number(of('lines')));
  if (!('risk_next' in inputs)) return '';
  const said = [say('paceRisk', number(of('ready')), tenths(of('expected_frees')), tenths(of('expected_answers')))];
  if (binding === 'abandon') said.push(say('paceOneMore', percent(of('risk_next')), percent(of('theta'))));
  said.push(say('paceSoFar', percent(of('live') > 0 ? of('abandoned') / of('live') : 0)));
  return said.join(' ');
};
