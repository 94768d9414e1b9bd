// How an agent's phone is set up: the settings of usual softphones, a new password shown once, and
// the code that a phone with a camera reads. Administrators name the agent; agents see their own.
import { ask, enter, leave, make } from '/session.js';
import { lang, word } from '/words.js';

const place = document.getElementById('page');
const path = (name) => `/api/v1/agents/${encodeURIComponent(name)}/provisioning`;

const shown = (settings, renew) => {
  const places = settings.server.places.map((p) => make('li', {}, `${p.transport.toUpperCase()} ${p.host}:${p.port}`));
  const secret = settings.password
    ? make('p', {}, `${word('password')}: `, make('code', {}, settings.password), ` (${word('shownOnce')})`)
    : make('p', {}, word('passwordHidden'));
  const code = settings.ticket && make('figure', {},
    make('img', { alt: word('phoneCode'), width: 260, height: 260, src: `data:image/svg+xml;base64,${btoa(settings.ticket.qr_svg)}` }),
    make('figcaption', {}, word('phoneCode'), ' ',
      make('a', { href: `linphone-config:${settings.ticket.url}` }, 'linphone-config')));
  const phones = settings.softphones.map((phone) => make('details', {},
    make('summary', {}, phone.file ? `${phone.name} · ${phone.file}` : phone.name),
    make('p', {}, lang === 'en' ? phone.steps_en : phone.steps_es),
    make('pre', {}, phone.text)));
  place.replaceChildren(
    make('header', {}, make('h1', {}, `${word('phone')} · ${settings.agent}`), make('button', { onclick: leave }, word('leave'))),
    make('p', {}, `${word('user')}: `, make('code', {}, settings.sip_user)),
    make('ul', {}, places), secret, make('p', {}, word('echoHint').replace('%', settings.echo)),
    make('button', { onclick: renew }, word('newPassword')), code || '', ...phones);
};

const problem = (error) => place.append(make('p', { class: 'problem', role: 'alert' }, error.message));

const show = async (name) => {
  const renew = async () => {
    if (!confirm(word('newPasswordConfirm'))) return;
    try { shown(await ask('POST', path(name)), renew); } catch (error) { problem(error); }
  };
  try { shown(await ask('GET', path(name)), renew); } catch (error) { problem(error); }
};

// Administrators choose; an agent has one phone.
const choose = async () => {
  const agents = await ask('GET', '/api/v1/agents');
  const rows = agents.map((agent) => make('li', {}, make('button', { onclick: () => show(agent.name) }, agent.name)));
  place.replaceChildren(make('h1', {}, word('phone')), rows.length ? make('ul', {}, rows) : make('p', {}, word('noAgents')));
};

enter(place).then(async (session) => {
  try {
    const asked = new URLSearchParams(location.search).get('agent');
    if (asked) await show(asked);
    else if (session.role === 'admin') await choose();
    else await show((await ask('GET', '/api/v1/agent')).name);
  } catch (error) { problem(error); }
});
