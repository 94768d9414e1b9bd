// English, in full: the type says so.
import type { es } from './es';

export const en: Record<keyof typeof es, string> = {
  title: 'Sales and reports', sections: 'Sections', loading: 'Loading…', noSection: 'Your user does not have this section, or there is none. Choose one above.',
  noCampaigns: 'There are no campaigns yet.', campaign: 'Campaign', allCampaigns: 'All', again: 'Refresh', kept: 'Saved: %',
  dropHint: 'or drop it here, or paste it with Ctrl+V', or: 'or', changeIt: 'Change', actions: 'Actions',

  // Sales
  sales: 'Sales', salesQueue: 'Queue of sales', searchSales: 'Search by number, advisor, code', stages: 'Stages', allOpen: 'To be seen to', late: 'Overdue',
  foundNone: 'None matches the search.', noSales: 'No sales here. Those that are accepted will appear.', salesShown: 'Sales: %', closedLately: 'accepted in the last 92 days',
  sale: 'Sale', saleNumber: 'Sale %', stage: 'Stage', due: 'Term', advisor: 'Advisor', code: 'Typification', value: 'Value', accepted: 'Accepted', missing: 'Missing',
  sheet: 'Sales sheet', evidenceMissing: 'evidence (%)', backToQueue: 'Back to the queue', call: 'Call', expires: 'Goes back unless evidence comes by', returnedTimes: 'Times returned',
  noTerm: 'no term', overdueBy: 'overdue by %', dueSoon: 'due in %', dueIn: '% left', minutes: '% min', hours: '% h', days: '% days',
  stage_aceptada: 'accepted', stage_en_validacion: 'in validation', stage_validada: 'validated', stage_devuelta_asesor: 'returned to the advisor', stage_rechazada: 'rejected',
  stage_reservada: 'reserved', stage_en_ruta: 'on its way', stage_entregada: 'delivered', stage_no_entregada: 'not delivered', stage_devuelta_logistica: 'returned by logistics',
  stage_legalizada: 'legalised', stage_anulada: 'annulled',
  become_aceptada: 'Accept', become_en_validacion: 'Submit for validation', become_validada: 'Validate', become_devuelta_asesor: 'Return to the advisor', become_rechazada: 'Reject',
  become_reservada: 'Reserve', become_en_ruta: 'On its way', become_entregada: 'Delivered', become_no_entregada: 'Not delivered', become_devuelta_logistica: 'Returned by logistics',
  become_legalizada: 'Legalise', become_anulada: 'Annul',
  reason_datos: 'data incomplete', reason_soporte_identidad: 'proof of identity', reason_direccion: 'address', reason_vencida: 'term is over', reason_otro: 'other (say it in the note)',
  reason_cupo: 'quota', reason_identidad: 'identity', reason_desiste: 'the customer desists', reason_ausente: 'customer absent', reason_direccion_errada: 'wrong address',
  reason_rehusa: 'refuses it', reason_zona: 'no delivery in the area', reason_no_localizado: 'not found', reason_averiado: 'damaged', reason_retracto: 'withdrawal',
  reason_sin_inventario: 'out of stock', reason_sin_cobertura: 'no coverage', reason_fraude: 'fraud', reason_correccion: 'typification corrected',
  moves: 'Moves', noMoves: 'It may not go on yet: see below what it is short of.', saleOver: 'Here it ends: nobody moves it on.', why: 'Why', note: 'Note', pack: 'Download evidence pack',
  checklist: 'What it needs', evidence: 'Evidence', reservation: 'Reservation', audit: 'Audit', isThere: 'there', isMissing: 'missing',
  audit_undecided: 'decided at validation', audit_not_due: 'not drawn', audit_due: 'due', audit_passed: 'passed', audit_failed: 'failed',
  sheetOf: "The customer's sales sheet", noSheet: 'There is no sheet yet. The advisor writes it.', version: 'Version % · % · %',
  reserve: 'Make the reservation', noReservationYet: 'There is no reservation yet.', reservationLater: 'The reservation is made once the sale is validated.', reservationSaved: 'Reservation saved',
  reserve_material: 'Material', reserve_inventory: 'Inventory', reserve_address: 'Delivery address', reserve_authorised: 'Who receives it', reserve_authorised_id: 'Document of who receives it',
  reserve_phone: 'Phone', reserve_other_phone: 'Other phone', reserve_slot_date: 'Day of delivery', reserve_slot_hours: 'Hours', reserve_order: 'Order number',
  history: 'History', at: 'When', by: 'Who', byFile: 'by file',
  doer_advisor: 'advisor', doer_back_office: 'back office', doer_supervisor: 'supervisor', doer_program: 'the program',
  noEvidence: 'There is no evidence yet.', evidenceKind: 'Kind of evidence', attachFile: 'Attach a file (JPEG, PNG, PDF, WAV or Ogg)', attached: 'Attached: %', erased: 'erased',
  lookAt: 'Look', keep: 'Download', lookNoted: 'Each time somebody looks at it is in the audit log.',
  auditIt: 'Audit the sale', answer_yes: 'yes', answer_no: 'no', answer_na: 'not applicable', points: '% points', disputed: 'The advisor disagrees:', acknowledged: 'The advisor acknowledges it.',
  verdict_passed: 'passed', verdict_too_few_points: 'too few points', verdict_critical_error: 'critical error',

  // Files of the client's tools
  crossings: 'Crossing', crossingHint: 'First you see what the file would move and what does not agree; nothing changes until you apply it. The same file again moves nothing.',
  fileKind: 'Kind of file', writeOut: 'Download the file for the client', readFile: "Read a file of the client's (CSV or XLSX)", noFiles: 'This campaign exchanges no files. A supervisor puts their columns among the settings of sales.',
  crossingSeen: 'Read. Nothing was moved.', crossingDone: 'Applied. Sales moved: %', onlySeen: 'only looked at', applyMoves: 'Apply (%)',
  rows: 'Rows', moved: 'To be moved', unchanged: 'Already so', differences: 'Differences', lineOf: 'Row', what: 'What', detail: 'Detail',
  differs_no_key: 'no key', differs_unknown_key: 'unknown key', differs_ambiguous_key: 'key of several sales', differs_repeated: 'repeated', differs_contradictory: 'contradicts itself',
  differs_unknown_stage: 'unknown stage', differs_may_not_follow: 'may not become that', differs_other_value: 'another value', differs_not_in_file: 'not in the file',

  // Days
  from: 'From', to: 'Until', spans: 'Spans', span_today: 'Today', span_yesterday: 'Yesterday', span_week: '7 days', span_month: 'This month', span_lastMonth: 'Last month',

  // Indicators
  indicators: 'Indicators', indicator: 'Indicator', figure: 'Figure', numerator: 'Numerator', denominator: 'Denominator', target: 'Target', light: 'Light', cutoff: 'Counted by',
  cohort: 'Base received since', seeCalls: 'See the calls', definitions: 'Definitions %.', comparedHint: 'In bold, the variant that the campaign compares with its target; below it, the others.',
  light_met: 'met', light_near: 'near', light_missed: 'missed', light_unknown: 'n/a',
  cutoff_invite: 'time of the call', cutoff_received: 'base received', cutoff_accepted: 'sale accepted', cutoff_legalised: 'legalisation', cutoff_clock: 'the clock',
  notice_met_by_machines: 'met by counting answering machines', notice_out_of_reach: 'the target is out of reach by this variant',
  changeTarget: 'Change the target', variantCompared: 'Variant that is compared', targetHint: 'Empty: the recommended one.', recommended: 'Back to what is recommended', side_at_least: 'at least', side_at_most: 'at most',
  callsBehind: 'Calls: % · % until %', noCalls: 'There are no calls behind this figure in these days.', callsShown: 'Calls: %', phone: 'Phone', segment: 'Segment', outcome: 'Outcome', talk: 'Talk', more: 'Show more',

  // Hour by hour
  hourly: 'Hour by hour', day: 'Day', asOf: 'As it stood: %', salesSoFar: 'Sales so far', goalOfDay: 'Goal of the day', closeRange: 'Close: between % and %, % sure', goalChance: 'Chance of reaching the goal',
  gap: 'Missing', requiredPace: 'Sales an advisor-hour that are needed (% h left)', baseLeft: 'Base to be called', baseEnds: 'ends %', levers: 'What would help',
  lever_advisor_hours: 'Advisor-hours', lever_recycle: 'Recycle', lever_more_base: 'More base', noHours: 'Nothing done, planned or agreed that day.', hour: 'Hour', soFar: 'So far',
  recordsHint: 'Records are distinct: those of the hours do not add up to those of the day.',
  agents: 'Advisors', connected: 'Hours connected', attempts: 'Attempts', answered: 'Answered', contacts: 'Contacts', records: 'Records', goal: 'Goal', attainment: 'Attainment', goalSoFar: 'Goal to the hour',
  ratio: 'Ratio', perHour: 'Sales an hour', recordsPerHour: 'Records an hour', productivity: 'Productivity',

  // Management of the base
  gestion: 'Base report', gestionTitle: 'Informe de gestión: the base fed back', gestionHint: 'The base received in these days, with the result of each record. The file has all of them; each download is in the audit log.',
  asOfDay: 'As it stood at the end of', received: 'Received', rowState: 'State', share: 'Share', exclusions: 'Excluded, by reason', noneReceived: 'No base was received in these days.',
  gestionDay: 'As of: % · version %', restated: 'restated %',
  rowstate_virgen: 'not called', rowstate_en_gestion: 'being worked', rowstate_agotado: 'exhausted', rowstate_cerrado: 'closed', rowstate_excluido: 'excluded',

  // Management report and sábana
  gerencial: 'Management', gerencialTitle: 'Management report', toPrint: 'Page to print', before: 'Before', change: 'Change', shortfall: 'What is short', evolution: 'Evolution', evolutionHint: '* incomplete · ⚠ corrected afterwards',
  byDay: 'By day', byWeek: 'By week', byMonth: 'By month', span: 'Span', parts: 'By part', pipeline: 'From accepted to legalised', ofAccepted: 'Of those accepted', ofBefore: 'Of the stage before',
  losses: 'Causes of loss', noLosses: 'None in these days.', count: 'How many', plans: 'Action plans', action: 'Action', owner: 'Owner', dueOn: 'By', nothingYet: 'Nothing in these days.',
  sabana: 'Sábana', noSalesThen: 'No sales were accepted in these days.', drawnOf: 'here the first %; the file has all of them', lostBy: 'Cause of loss',

  // Goals and rosters
  goals: 'Goals and rosters', noGoals: 'No goals in these days. Load them from a file.', wholeDay: 'all day', everybody: 'everybody', loadGoals: 'Load goals (CSV: fecha;hora;asesor;ventas;valor)',
  goalsReplaced: 'The goals of the days that the file names are replaced. If anything is wrong nothing is loaded.', roster: 'Roster', noRoster: 'No shifts in these days. Load them from a file.', breaks: 'Breaks',
  loadRoster: 'Load the roster (CSV: asesor;fecha;desde;hasta;descansos)', rosterReplaced: 'The shifts of the advisors in the days that the file names are replaced. If anything is wrong nothing is loaded.',
  usualShift: 'Usual shift of who is not in the roster, in minutes', usualHint: 'Empty: not known, and their advisor-days are n/a.', savedIt: 'Saved', loadedFile: 'Loaded: %. Changes: %', loadIt: 'Load',
  linesOf: 'rows: %', wrongRows: 'Rows that are wrong', nothingLoaded: 'Nothing of % was loaded. Put these rows right:', column: 'Column', whatChanged: 'What changed', now: 'Now', takenAway: 'taken away',

  // Operating model
  model: 'Operating model', agenda: 'Agenda', ideas: 'Ideas', modelSheet: 'Operating model sheet', week: 'Week', weekBefore: 'Week before', weekAfter: 'Week after', thisWeek: 'This week',
  practice: 'Practice', role: 'Role', every: 'Each', minutesEach: 'Minutes', held: 'Held', heldOf: 'Held of those due', missedOnes: 'Missed', left: 'To be held', adherence: 'Adherence', allRoles: 'All',
  recordSession: 'Record a session', record: 'Record', sessions: 'Sessions', noSessions: 'None was recorded in this week.', nothingDue: 'Nothing is due in this week.', participants: 'Participants',
  agreements: 'Agreements', agreement: 'Agreement %', addAgreement: 'Add an agreement', takeAway: 'Take away', heldBy: 'Held by', myself: 'myself', dayToday: 'Day (empty: today)', minutesUsual: 'Minutes (empty: as usual)',
  every_day: 'day', every_week: 'week', every_fortnight: 'fortnight', every_month: 'month', every_half_year: 'half year',
  role_supervisor: 'supervisor', role_coordinator: 'coordinator', role_manager: 'manager', due_planned: 'to be held', due_done: 'held', due_missed: 'missed',
  plan: 'Plan', openPlan: 'Open a plan', closedToo: 'Closed ones too', noPlans: 'No plans are open.', missedTarget: 'Target missed', followUp: 'Follow-up', follow: 'Follow up', followPlan: 'Follow up plan %',
  daysLate: '% days late', dueWorking: 'By (a working day)', none: 'None', withoutPlan: 'Missed targets without a plan: %',
  plan_open: 'open', plan_late: 'late', plan_done: 'done', plan_withdrawn: 'withdrawn',
  step_note: 'Note', step_done: 'Done', step_due: 'New date', step_owner: 'New owner', step_withdrawn: 'Withdraw', step_reopened: 'Reopen',
  idea: 'Idea', author: 'Whose', noIdeas: 'No ideas yet. Write the first.', judge: 'Decide',
  idea_new: 'new', idea_under_review: 'under review', idea_accepted: 'accepted', idea_done: 'done', idea_rejected: 'rejected',

  // Schedules
  schedules: 'Schedules', noSchedules: 'No reports go by schedule.', addSchedule: 'Add a schedule', name: 'Name', reportOf: 'Report', whenRuns: 'When', place: 'Where to', nextRun: 'Next',
  unmasked: 'not masked', businessDays: 'business days', noSuchPlace: 'this node has no such place', runNow: 'Run now', remove: 'Remove', removed: 'Removed: %', removeSure: 'Remove the schedule “%”? What was sent stays.',
  runs: 'Runs', noRuns: 'Nothing was sent yet.', dueAt: 'Due', tries: 'Tries', file: 'File', redeliver: 'Redeliver', missedBefore: '% were missed before.', asksRun: 'Asked for: %', asksAgain: 'It will be tried again',
  cron: 'When (cron)', cronHint: 'minute hour day month day-of-week: 30 6 * * mon-fri', placeName: 'Place, by its name in the configuration', businessOnly: 'Business days only', clearHint: 'With documents, names and phones in full',
  report_gestion: 'base report', report_gerencial: 'management report', report_kpi: 'indicators', report_hourly: 'hour by hour', report_sabana: 'sábana', report_parquet: 'closed days (Parquet)',
  period_today: 'today', period_yesterday: 'yesterday', period_last_7_days: 'last 7 days', period_last_week: 'last week', period_month_to_yesterday: 'month to yesterday', period_last_month: 'last month',
  run_waiting: 'waiting', run_running: 'running', run_arrived: 'arrived', run_dead: 'failed', run_folder: 'folder', run_email: 'e-mail', run_webhook: 'webhook',
};
