// Whether the server has another version of this page than the one that runs here.

// Its own scripts alone: what a page loads later stands in it too, and not in what the server has.
const scripts = (text: string): string => [...text.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)].map(([, src]) => src).sort().join();

export const version = $state({ newer: false });

/** Asked when a connection comes back: the server may have been replaced meanwhile. */
export const lookForNewer = async (): Promise<void> => {
  const here = scripts(document.documentElement.outerHTML);
  const answer = await fetch(location.pathname, { cache: 'no-cache' }).catch(() => null);
  if (answer?.ok && here) version.newer = scripts(await answer.text()) !== here;
};

