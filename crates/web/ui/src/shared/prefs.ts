// What a person chose on this machine. A browser that keeps nothing loses choices, and no more.

export const kept = (name: string): string | null => {
  try {
    return localStorage.getItem(`cadencia.${name}`);
  } catch {
    return null;
  }
};

export const keep = (name: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(`cadencia.${name}`);
    else localStorage.setItem(`cadencia.${name}`, value);
  } catch {
    // Private windows of some browsers refuse; the choice holds until the page is closed.
  }
};

/** What outlives a reload of the page, and nothing else: a copy of a tab must not have it. */
export const brought = (name: string): string | null => {
  const value = sessionStorage.getItem(`cadencia.${name}`);
  sessionStorage.removeItem(`cadencia.${name}`);
  return value;
};

/** The same, left where it is. */
export const remembered = (name: string): string | null => sessionStorage.getItem(`cadencia.${name}`);

/** Leaves nothing of who was here to who comes next. */
export const forget = (): void => {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith('cadencia.')) sessionStorage.removeItem(name);
};

export const carry = (name: string, value: string | null): void => {
  if (value === null) sessionStorage.removeItem(`cadencia.${name}`);
  else sessionStorage.setItem(`cadencia.${name}`, value);
};
