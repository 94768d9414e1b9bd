// Logging in, asking the API, and a live connection that comes back by itself.
import { word } from '/words.js';

// Text only ever enters the page as text, never as markup: names come from customers' files.
export const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
};

export const ask = async (method, path, body) => {
  const answer = await fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json', 'X-Cadencia': '1' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (!answer.ok) {
    const problem = new Error(value?.message || `${answer.status}`);
    problem.status = answer.status;
    throw problem;
  }
  return value;
};

// Resolves with the session; shows the form for as long as there is none.
export const enter = (place) => new Promise((resolve) => {
  const form = () => {
    const problem = make('p', { class: 'problem', role: 'alert' });
    const user = make('input', { name: 'user', autocomplete: 'username', required: '', id: 'user' });
    const password = make('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: '', id: 'password' });
    const submit = async (event) => {
      event.preventDefault();
      try {
        const session = await ask('POST', '/api/v1/session', { user: user.value, password: password.value });
        place.replaceChildren();
        resolve(session);
      } catch (error) { problem.textContent = error.message; }
    };
    place.replaceChildren(make('form', { class: 'enter', onsubmit: submit },
      make('h1', {}, 'cadencia'),
      make('label', { for: 'user' }, word('user')), user,
      make('label', { for: 'password' }, word('password')), password,
      make('button', { type: 'submit' }, word('enter')), problem));
    user.focus();
  };
  ask('GET', '/api/v1/session').then(resolve, form);
});

export const leave = async () => { await ask('DELETE', '/api/v1/session').catch(() => {}); location.reload(); };

// Calls `heard` with each message; `state` with whether we are connected. Gives a function that says
// something, and says whether it could.
export const listen = (path, heard, state) => {
  let wait = 250;
  let socket;
  const open = () => {
    socket = new WebSocket(`${location.origin.replace('http', 'ws')}${path}`);
    socket.onopen = () => { wait = 250; state(true); };
    socket.onmessage = (event) => heard(JSON.parse(event.data));
    socket.onclose = () => { state(false); setTimeout(open, wait); wait = Math.min(wait * 2, 5000); };
  };
  open();
  return (what) => {
    if (socket.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(what));
    return true;
  };
};
