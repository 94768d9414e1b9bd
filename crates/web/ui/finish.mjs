// Run before vite with `--clean`: removes what was built. Run after it: leaves each file compressed beside
// itself, and fails when a page is heavier than it may be.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUILT = new URL('../built/', import.meta.url).pathname;
// In kB of gzip, all that a page loads to show any of its parts.
const BUDGETS = { advisor: 60, supervisor: 90, phone: 60, office: 90, admin: 150 };

const packed = new Map();
const pack = (folder) => {
  for (const entry of readdirSync(join(BUILT, folder), { withFileTypes: true })) {
    const name = join(folder, entry.name);
    if (entry.isDirectory()) pack(name);
    else if (/\.(html|js|css)$/.test(name)) {
      const bytes = gzipSync(readFileSync(join(BUILT, name)), { level: 9 });
      writeFileSync(join(BUILT, `${name}.gz`), bytes);
      packed.set(`/${name}`, bytes.length);
    }
  }
};

// Everything a file names, and what that names; what it asks for only later is put into `later`.
const needs = (name, seen, later) => {
  if (seen.has(name) || !packed.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(join(BUILT, name), 'utf8');
  for (const [path] of text.matchAll(/\/assets\/[\w.-]+\.(?:js|css)/g)) needs(path, seen, later);
  for (const [, asks, file] of text.matchAll(/(import\()?["'`]\.\/([\w.-]+\.(?:js|css))["'`]/g)) {
    if (asks) later.add(`/assets/${file}`);
    else needs(`/assets/${file}`, seen, later);
  }
  return seen;
};

// Words are loaded in one language: the original is counted, the other is as long.
const isWords = (name) => /\/es-[\w-]+\.js$/.test(name);
const isOtherWords = (name) => /\/en-[\w-]+\.js$/.test(name);

// What is loaded before any part of a page can be used: what it begins with, its words, and the heaviest of the parts that are
// loaded when somebody goes there.
const weight = (name, had = new Set()) => {
  const later = new Set();
  const seen = needs(name, new Set(had), later);
  for (const one of later) {
    if (isWords(one)) needs(one, seen, later);
    if (isOtherWords(one)) later.delete(one);
  }
  const own = [...seen].filter((one) => !had.has(one)).reduce((sum, one) => sum + packed.get(one), 0);
  const parts = [...later].filter((one) => !seen.has(one)).map((one) => weight(one, seen));
  return own + Math.max(0, ...parts);
};

if (process.argv.includes('--clean')) {
  for (const name of readdirSync(BUILT)) if (!['.gitignore', 'lock'].includes(name)) rmSync(join(BUILT, name), { recursive: true });
  process.exit();
}
pack('');
let failed = false;
for (const [page, budget] of Object.entries(BUDGETS)) {
  if (!packed.has(`/${page}.html`)) throw new Error(`there is no ${page}.html: vite did not build it`);
  const bytes = weight(`/${page}.html`);
  const fits = bytes <= budget * 1000;
  failed ||= !fits;
  console.log(`${page}: ${(bytes / 1000).toFixed(1)} kB of ${budget} kB, gzip${fits ? '' : ': too heavy'}`);
}
if (failed) process.exit(1);
