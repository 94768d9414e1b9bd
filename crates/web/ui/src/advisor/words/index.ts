import { bookOf } from '../../shared/words/book';
import { lang } from '../../shared/words/lang';
import type { es } from './es';

const book: Record<keyof typeof es, string> = lang === 'en' ? (await import('./en')).en : (await import('./es')).es;

export const { say, sayOf } = bookOf(book);
