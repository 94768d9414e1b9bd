// The public API as pages ask it: typed by its own OpenAPI document, and refusals as errors.
import createClient from 'openapi-fetch';
import type { components, paths } from './wire';
import { problemWords } from './words';

type Schemas = components['schemas'];
export type Session = Schemas['Session'];
export type Desk = Schemas['Desk'];
export type DeskContact = Schemas['DeskContact'];
export type Disposition = Schemas['DeskDisposition'];
export type TypifyForm = Schemas['TypifyForm'];
export type TransferTargets = Schemas['TransferTargets'];
export type PageSays = Schemas['PageSays'];
export type PageMessage = Schemas['PageMessage'];
export type Live = Schemas['Live'];
export type LiveAgent = Schemas['LiveAgent'];
export type LiveCampaign = Schemas['LiveCampaign'];
export type Provisioning = Schemas['Provisioning'];
export type Gate = Schemas['FunnelGate'];
export type Script = Schemas['Script'];
export type ScriptStep = Schemas['ScriptStep'];
export type HourlyRow = Schemas['HourlyRow'];
export type Sale = Schemas['Sale'];
export type SaleEvidence = Schemas['SaleEvidence'];
export type SaleField = Schemas['SaleField'];
export type SaleFields = Schemas['SaleFields'];
export type DeskDay = Schemas['DeskDay'];
export type DeskMessage = Schemas['DeskMessage'];
export type PageQualityForm = Schemas['PageQualityForm'];
export type Attempt = Schemas['Attempt'];
export type LivePacing = Schemas['LivePacing'];
export type Rehearsal = Schemas['Rehearsal'];
export type RehearsalRange = Schemas['RehearsalRange'];
export type Problem = Schemas['Problem'];
export type ProblemRow = Schemas['ProblemRow'];

/** What was asked was not granted. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** The first instant at which it could be, where there is one. */
    readonly nextAt: number | null = null,
    /** What is wrong with rows or fields that were sent. */
    readonly rows: ProblemRow[] = [],
  ) {
    super(message);
  }
}

// The header that another site cannot make a browser send.
export const api = createClient<paths>({ headers: { 'X-Cadencia': '1' } });

/** The answer, or `Refused`. */
export const granted = async <T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> => {
  let answer;
  try {
    answer = await asked;
  } catch {
    throw new Refused(0, 'no_connection', problemWords('no_connection', ''));
  }
  if (answer.response.ok) return answer.data as T;
  const problem = (answer.error ?? {}) as Partial<Problem>;
  const code = problem.code ?? '';
  const said = problem.message ?? String(answer.response.status);
  throw new Refused(answer.response.status, code, problemWords(code, said), problem.next_at ?? null, problem.rows ?? []);
};
