import { bookOf } from '../../shared/words/book';
import { en } from './en';
import { es } from './es';

export const { say, sayOf } = bookOf(es, en);
