// Files that go out of the page and into it. They are asked for like anything else, so that a refusal is words on the page
// and not a file that says so.
import { granted } from '../shared/api';

type Answer = Promise<{ data?: Blob; error?: unknown; response: Response }>;

/** Keeps what was asked for as a file, under the name that the server gives it. */
export const download = async (asked: Answer, otherwise: string): Promise<string> => {
  let response: Response | undefined;
  const blob = await granted(asked.then((answer) => { response = answer.response; return answer; }));
  const name = /filename="([^"]+)"/.exec(response?.headers.get('Content-Disposition') ?? '')?.[1] ?? otherwise;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Once the browser has taken it, memory may go.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return name;
};

/** What makes the client send bytes as they are. */
export const asBytes = { bodySerializer: (body: unknown) => body as BodyInit };
