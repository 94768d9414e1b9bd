// Figures and times as people read them, in the language of the page.
import { lang, word } from './words';

/** Minutes and seconds. */
export const clock = (ms: number): string => {
  const s = Math.max(0, Math.round(ms / 1000));
  const pad = (n: number) => String(n).padStart(2, '0');
  return s < 3600 ? `${Math.floor(s / 60)}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
};

export const number = (value: number): string => new Intl.NumberFormat(lang).format(value);

export const percent = (share: number | null | undefined, digits = 1): string =>
  share == null
    ? word('noData')
    : new Intl.NumberFormat(lang, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(share);

/** A day and an hour by somebody's clock. */
export const when = (ms: number, zone?: string | null): string => {
  const form: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
  return new Intl.DateTimeFormat(lang, zone ? { ...form, timeZone: zone } : form).format(ms);
};

/** The hour now by somebody's clock. */
export const hour = (ms: number, zone?: string | null): string =>
  new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', ...(zone ? { timeZone: zone } : {}) }).format(ms);

/** A name that was written in capitals, as one says it. */
export const spoken = (name: string): string =>
  name !== name.toUpperCase()
    ? name
    : name.toLocaleLowerCase(lang).replace(/(^|[\s'-])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toLocaleUpperCase(lang));
