// Which language a page is in: the browser's chooses, `?lang=` and the button in the page overrule it.
import { kept } from '../prefs';

export type Lang = 'es' | 'en';

const chosen = new URLSearchParams(location.search).get('lang') ?? kept('lang') ?? navigator.language;
export const lang: Lang = chosen.startsWith('en') ? 'en' : 'es';
document.documentElement.lang = lang;
