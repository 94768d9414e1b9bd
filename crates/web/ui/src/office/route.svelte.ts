// Where in the office somebody is: `#ventas/7?de=2026-12-01`. A section, what of it is shown, and what was chosen; so that
// a place can be sent to somebody, and the way back leads back.

interface Place {
  section: string;
  /** What of the section, such as the number of a sale. */
  what: string;
  chosen: URLSearchParams;
}

export const read = (hash: string): Place => {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const [section = '', what = ''] = path.split('/');
  return { section: decodeURIComponent(section), what: decodeURIComponent(what), chosen: new URLSearchParams(query) };
};

export const link = (section: string, what: string | number = '', chosen: Record<string, string> = {}): string => {
  const query = new URLSearchParams(chosen).toString();
  return `#${section}${what === '' ? '' : `/${what}`}${query && `?${query}`}`;
};

class Route {
  here = $state.raw(read(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      // The link past the head of the page goes to its content, and to no section.
      if (location.hash === '#work') history.replaceState(null, '', this.#hash());
      else this.here = read(location.hash);
    });
  }

  /** Chooses something where one is; the way back does not pass by each choice. */
  choose(changes: Record<string, string>): void {
    const chosen = new URLSearchParams(this.here.chosen);
    for (const [name, value] of Object.entries(changes)) {
      if (value) chosen.set(name, value);
      else chosen.delete(name);
    }
    this.here = { ...this.here, chosen };
    history.replaceState(null, '', this.#hash());
  }

  #hash(): string {
    const { section, what, chosen } = this.here;
    return link(section, what, Object.fromEntries(chosen));
  }
}

export const route = new Route();
