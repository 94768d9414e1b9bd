// Run before vite with `--clean`: removes what was built. Run after it: leaves each file compressed beside
// itself, and fails when a page is heavier than it may be.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUILT = new URL('../built/', import.meta.url).pathname;
// In kB of gzip, all that a page loads.
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

// Everything a file names, and what that names.
const needs = (name, seen = new Set()) => {
  if (seen.has(name) || !packed.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(join(BUILT, name), 'utf8');
  for (const [path] of text.matchAll(/\/assets\/[\w.-]+\.(?:js|css)/g)) needs(path, seen);
  for (const [, file] of text.matchAll(/["']\.\/([\w.-]+\.(?:js|css))["']/g)) needs(`/assets/${file}`, seen);
  return seen;
};

if (process.argv.includes('--clean')) {
  for (const name of readdirSync(BUILT)) if (!['.gitignore', 'lock'].includes(name)) rmSync(join(BUILT, name), { recursive: true });
  process.exit();
}
pack('');
let failed = false;
for (const [page, budget] of Object.entries(BUDGETS)) {
  if (!packed.has(`/${page}.html`)) throw new Error(`there is no ${page}.html: vite did not build it`);
  const bytes = [...needs(`/${page}.html`)].reduce((sum, name) => sum + packed.get(name), 0);
  const fits = bytes <= budget * 1000;
  failed ||= !fits;
  console.log(`${page}: ${(bytes / 1000).toFixed(1)} kB of ${budget} kB, gzip${fits ? '' : ': too heavy'}`);
}
if (failed) process.exit(1);
