// Segments as they are edited: rows of texts, and what the API takes of them.
import type { Schemas } from '../api';

export type SegmentForm = Schemas['SegmentForm'];
export type SegmentSetForm = Schemas['SegmentSetForm'];

export interface SegmentRow {
  name: string;
  rule: string;
  priority: string;
  share: string;
  order: string;
  order_column: string;
  retries_first: boolean;
  quota: string;
  quota_of: string;
  quota_per: string;
  /** What the desk does not show and hands on as it was. */
  rest: Pick<SegmentForm, 'lists' | 'sells'>;
}

export const ORDERS = ['oldest', 'newest', 'score', 'best_hour', 'spread'];

export const newRow = (): SegmentRow => ({
  name: '', rule: '', priority: '1', share: '100', order: 'oldest', order_column: '', retries_first: false, quota: '', quota_of: 'sales', quota_per: 'day', rest: {},
});

export const rowOf = (form: SegmentForm): SegmentRow => ({
  name: form.name,
  rule: form.rule ?? '',
  priority: String(form.priority ?? 1),
  share: String(form.share ?? 100),
  order: form.order ?? 'oldest',
  order_column: form.order_column ?? '',
  retries_first: form.retries_first ?? false,
  quota: form.quota ? String(form.quota.most) : '',
  quota_of: form.quota?.of ?? 'sales',
  quota_per: form.quota?.per ?? 'day',
  rest: { ...(form.lists ? { lists: form.lists } : {}), ...(form.sells ? { sells: form.sells } : {}) },
});

/** What the API takes; a row without a name is not there yet. */
export const formOf = (rows: SegmentRow[], rest: string): SegmentSetForm => ({
  rest,
  segments: rows
    .filter((row) => row.name.trim())
    .map((row) => ({
      ...row.rest,
      name: row.name.trim(),
      rule: row.rule.trim(),
      priority: Number(row.priority) || 1,
      share: Number(row.share) || 100,
      order: row.order,
      ...(['score', 'best_hour'].includes(row.order) && row.order_column ? { order_column: row.order_column } : {}),
      retries_first: row.retries_first,
      ...(Number(row.quota) > 0 ? { quota: { most: Number(row.quota), of: row.quota_of, per: row.quota_per } } : {}),
    })),
});
