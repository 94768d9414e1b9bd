// A base on its way to the server, with how much of it has left; and what its columns are to be read as.
import { Refused } from '../../shared/api';
import type { Problem } from '../../shared/api';
import { problemWords } from '../../shared/words';
import type { Schemas } from '../api';

export type Loaded = Schemas['Loaded'];
export type LoadColumn = Schemas['LoadColumn'];

/** What a column may hold, as the API names it. */
export const ROLES = [
  'phone', 'name', 'surname', 'document', 'document_type', 'city', 'department', 'segment', 'legal_basis', 'client_id', 'attribute', 'ignore',
] as const;

/** Of the acta de cargue, what the desk shows. */
export interface Acta {
  file_name: string;
  received: number;
  valid: number;
  rejected: Record<string, number>;
  duplicates: { by_document: number; by_phone: number };
  excluded: Record<string, number>;
  phones: number;
  without_document: number;
  warnings: string[];
  rejected_rows: { record: number; line: number; why: unknown; column: string }[];
  loaded_by: string | null;
}

/** What was changed of the guessed mapping: columns by their number, since a heading may hold anything. */
export const changesOf = (guessed: LoadColumn[], roles: string[]): string =>
  roles.flatMap((role, at) => (role === guessed[at]?.role ? [] : [`${role}=${at + 1}`])).join(',');

/** A name for the list, from that of its file. */
export const listNameOf = (file: string): string => file.replace(/(\.(csv|txt|xlsx|age|gpg|pgp|asc|zip))+$/i, '').trim();

/** Sends a file; `sent` hears which share of it has left. */
export const send = (file: File, query: Record<string, string>, sent: (share: number) => void): Promise<Loaded> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/lists/import?${new URLSearchParams(query)}`);
    request.setRequestHeader('X-Cadencia', '1');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = (event) => sent(event.total ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Refused(0, 'no_connection', problemWords('no_connection', '')));
    request.onload = () => {
      if (request.status < 300) return resolve(request.response as Loaded);
      const problem = (request.response ?? {}) as Partial<Problem>;
      const code = problem.code ?? '';
      reject(new Refused(request.status, code, problemWords(code, problem.message ?? String(request.status))));
    };
    request.send(file);
  });
