// Each table holds what pages say, and no more; both languages take the same values.
import { describe, expect, it } from 'vitest';
import { en as adminEn } from '../../admin/words/en';
import { es as adminEs } from '../../admin/words/es';
import { en as advisorEn } from '../../advisor/words/en';
import { es as advisorEs } from '../../advisor/words/es';
import { en as officeEn } from '../../office/words/en';
import { es as officeEs } from '../../office/words/es';
import { en as floorEn } from '../../supervisor/words/en';
import { es as floorEs } from '../../supervisor/words/es';
import { en } from './en';
import { es } from './es';

const files = import.meta.glob(
  ['../../**/*.svelte', '../../**/*.ts', '!../../**/es.ts', '!../../**/en.ts', '!../../**/*.test.ts', '!../wire.d.ts'],
  { query: '?raw', import: 'default', eager: true },
) as Record<string, string>;
const said = (under: string) => Object.entries(files).filter(([path]) => path.includes(under)).map(([, text]) => text).join('\n');
// Words for codes of the API are put together, such as `gate_due` and `line_up`: the kinds of each table.
const SHARED = 'gate|stands|binding|kind|mode|stage|reason|line|advice|quality|alarm|code';
const TOOLS = 'code|wrong|outcome|set|to|f|stage|kind|binding|reason';
const ADMIN =
  'code|stage|stands|kind|mode|reason|role(why)?|step(title|trouble|go)?|column|sure|file|envelope|group(why)?|set|why|cgate|order|quota|flag|phone|promise|origin|wrong|text(why)?|trunk(why|code)?|test|outcome|register|age|purpose|mark|rec';
const OFFICE =
  'code|stage|kind|reason|span|become|audit|answer|verdict|reserve|doer|differs|light|cutoff|rowstate|every|role|due|plan|step|idea|report|period|run|lever|notice|side';

const books: [string, string, Record<string, string>, Record<string, string>, string][] = [
  ['of all pages', '', es.words, en.words, SHARED],
  ["of the advisor's own tools", '/advisor/', advisorEs, advisorEn, TOOLS],
  ['of what is opened from the floor', '/supervisor/', floorEs, floorEn, TOOLS],
  ["of the administrator's desk", '/admin/', adminEs, adminEn, ADMIN],
  ['of the office', '/office/', officeEs, officeEn, OFFICE],
];

describe.each(books)('a word %s', (_, under, spanish, english, kinds) => {
  it('is said by some page', () => {
    const pages = said(under);
    const isOfKind = new RegExp(`^(${kinds})_`);
    const idle = Object.keys(spanish).filter((key) => !isOfKind.test(key) && !new RegExp(`\\b${key}\\b`).test(pages));
    expect(idle).toEqual([]);
  });
  it('takes as many values in English as in Spanish', () => {
    const values = (text: string) => text.split('%').length - 1;
    expect(Object.keys(spanish).filter((key) => values(spanish[key]!) !== values(english[key]!))).toEqual([]);
  });
});
