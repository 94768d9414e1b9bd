// English, in full: the type says so.
import type { es } from './es';

export const en: Record<keyof typeof es, string> = {
  title: 'Administration',
};
