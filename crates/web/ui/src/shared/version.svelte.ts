// Whether the server has another version of this page than the one that runs here.

const scripts = (text: string): string => [...text.matchAll(/\/assets\/[\w.-]+\.js/g)].map(String).sort().join();

export const version = $state({ newer: false });

/** Asked when a connection comes back: the server may have been replaced meanwhile. */
export const lookForNewer = async (): Promise<void> => {
  const here = scripts(document.documentElement.outerHTML);
  const answer = await fetch(location.pathname, { cache: 'no-cache' }).catch(() => null);
  if (answer?.ok && here) version.newer = scripts(await answer.text()) !== here;
};

