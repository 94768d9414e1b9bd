// What a sheet asks for as it is filled in, and what can be said of it before the server does.
import type { SaleField } from '../shared/api';

export type Values = Record<string, string>;

/** The fields that are asked for with these values, in their order. */
export const asked = (fields: SaleField[], values: Values): SaleField[] =>
  fields.filter(({ when }) => !when || when.is.includes(values[when.field] ?? ''));

/** What is sent: nothing of fields that are not asked for. */
export const written = (fields: SaleField[], values: Values): Values =>
  Object.fromEntries(asked(fields, values).map(({ key }) => [key, (values[key] ?? '').trim()] as const).filter(([, value]) => value));

/** Required fields that are empty, each with the code the server has for that. */
export const empty = (fields: SaleField[], values: Values): Values =>
  Object.fromEntries(asked(fields, values).filter(({ key, required }) => required && !(values[key] ?? '').trim()).map(({ key }) => [key, 'missing']));

/** The days a date may be, as its field has them. */
export const days = (field: SaleField, today: Date): { min?: string; max?: string } => {
  const shifted = (years: number | null | undefined) => {
    if (years == null) return undefined;
    const day = new Date(Date.UTC(today.getFullYear() + years, today.getMonth(), today.getDate()));
    return day.toISOString().slice(0, 10);
  };
  return { min: shifted(field.min), max: shifted(field.max) };
};

export const EVIDENCE_BYTES_MAX = 10 * 1024 * 1024;
const TYPES = ['image/jpeg', 'image/png', 'application/pdf', 'audio/wav', 'audio/x-wav', 'audio/ogg', 'video/ogg'];
export const ACCEPT = '.jpg,.jpeg,.png,.pdf,.wav,.ogg';

/** Why a file cannot be evidence; the server looks into it, this only says early what it would. */
export const unfit = (file: { type: string; size: number }): 'tooBig' | 'notAKind' | null =>
  file.size > EVIDENCE_BYTES_MAX ? 'tooBig' : TYPES.includes(file.type) ? null : 'notAKind';
