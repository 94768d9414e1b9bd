// Figures that the API wrote: in its own words where there is none.
import { word } from '../../shared/words';

/** A figure as people read it; the page's own word where there is nothing to divide by. */
export const figureWords = (shown: string): string => (shown === 's/d' ? word('noData') : shown);
