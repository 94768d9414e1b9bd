// English, in full: the type says so.
import type { es } from './es';

export const en: Record<keyof typeof es, string> = {
  callsTitle: 'Calls of today: %', seeCalls: 'Show the calls: %', noCalls: 'There are no such calls today.', olderCalls: 'Earlier ones',
  at: 'Time', phone: 'Phone', advisor: 'Advisor', outcome: 'Outcome', code: 'Typification', talk: 'Talked', waited: 'Waited', trunk: 'Trunk', callerId: 'Number shown', campaign: 'Campaign',
  set_placed: 'Placed', set_answered_by_system: 'Answered by people', set_abandoned: 'Abandoned', set_connected: 'Connected', set_all: 'All', which: 'Which',
  inProgress: 'going on', only: 'Only %',
  outcome_connected: 'connected', outcome_abandoned: 'abandoned', outcome_hung_up_waiting: 'hung up waiting', outcome_no_answer: 'no answer', outcome_busy: 'busy', outcome_machine: 'machine',
  outcome_unreachable: 'off or out of reach', outcome_invalid_number: 'no such number', outcome_congestion: 'network failed', outcome_fax: 'fax', outcome_rejected: 'rejected', outcome_cancelled: 'cancelled',
  outcome_unknown_crash: 'nobody knows', outcome_refused: 'did not leave', outcome_unwanted: 'wants no calls', outcome_blocked: 'blocked', outcome_unserved: 'not served',
  write: 'Write', writeTo: 'Message to %', words: 'Message', send: 'Send', sent: 'Sent.', sentBefore: 'Sent today', unseen: '○ not seen', seenAt: '✔ seen %', noMessages: 'Nobody wrote to them today.',
  force: 'Change state', forceTo: 'Change the state of %', to_ready: 'Have them ready', to_break: 'Have them on a break', to_logout: 'End their shift', forceNote: 'On a call, it changes when that ends. It is in the audit log.', forced: 'Done.',
  acknowledge: 'Seen', acknowledged: 'Seen: %',
  paceLines: '% lines per ready advisor: % ready, % on their way.', paceSure: '% free, % on their way; with % answering at most, % lines leave nobody without an advisor.',
  paceRisk: '% free, % more soon, % answers on their way.', paceOneMore: 'One more would find no advisor % of the time; % are allowed.', paceSoFar: 'Abandoned so far: %.',
  rehearse: 'Rehearse the day', rehearseTitle: 'The day rehearsed: %', rehearseHint: 'A day of this campaign in virtual time, by the same engine: nobody is called. Change what you want to compare, and compare it with what happened.',
  howManyAdvisors: 'Advisors', howManyHours: 'Hours', asLastDay: 'as on the last day', run: 'Rehearse', running: 'Rehearsing…', figure: 'Figure', range: 'Of ten days eight lie between', median: 'Median',
  f_attempts: 'Attempts', f_contacts: 'Contacts', f_sales: 'Sales', f_abandoned: 'Abandoned', f_abandon_rate: 'Abandon rate', f_utilisation: 'Utilisation', f_channels_peak: 'Channels at once',
  between: '% to %', backTest: 'What was predicted of the last day, and what happened', predicted: 'Predicted', happened: 'Happened', noBackTest: 'There is no whole day to compare with.', fewCalls: 'There are few calls: the rehearsal uses averages of the house.',
};
