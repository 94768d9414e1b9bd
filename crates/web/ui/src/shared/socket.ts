// A live connection that comes back by itself.

export interface Connection {
  /** Says something; whether it could. */
  say(what: unknown): boolean;
  close(): void;
}

const WAIT_MIN_MS = 250;
const WAIT_MAX_MS = 5_000;

/** Calls `heard` with each message, and `there` with whether we are connected. */
export const connect = (path: string, heard: (message: never) => void, there: (up: boolean) => void): Connection => {
  let wait = WAIT_MIN_MS;
  let socket: WebSocket;
  let over = false;
  const open = () => {
    socket = new WebSocket(`${location.origin.replace('http', 'ws')}${path}`);
    socket.onopen = () => {
      wait = WAIT_MIN_MS;
      there(true);
    };
    socket.onmessage = (event) => heard(JSON.parse(event.data as string) as never);
    socket.onclose = () => {
      if (over) return;
      there(false);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, WAIT_MAX_MS);
    };
  };
  open();
  return {
    say: (what) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(what));
      return true;
    },
    close: () => {
      over = true;
      socket.close();
    },
  };
};
