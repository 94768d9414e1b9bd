// Weeks as people follow them: from Monday to Sunday.
import { dayAfter, type Days } from '../days';

/** The week of a day. */
export const weekOf = (day: string): Days => {
  const since = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  const from = dayAfter(day, -since);
  return { from, to: dayAfter(from, 6) };
};
