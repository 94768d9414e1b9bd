// Where on the desk one is: `#campanas/3` is a section and what of it. Anything else in the hash, such as the link
// that skips to the content, changes nothing.
import { sectionOf, type Section } from './sections';

const parse = (hash: string): { section: Section; rest: string[] } | null => {
  const [first = '', ...rest] = decodeURIComponent(hash.replace(/^#/, '')).split('/');
  const section = sectionOf(first);
  return section ? { section, rest } : null;
};

class Route {
  now = $state.raw(parse(location.hash) ?? { section: sectionOf('inicio')!, rest: [] as string[] });
}
export const route = new Route();

addEventListener('hashchange', () => {
  const asked = parse(location.hash);
  if (asked) route.now = asked;
});

export const hrefOf = (...parts: (string | number)[]): string => `#${parts.map((part) => encodeURIComponent(part)).join('/')}`;

export const goTo = (...parts: (string | number)[]): void => {
  location.hash = hrefOf(...parts);
};
