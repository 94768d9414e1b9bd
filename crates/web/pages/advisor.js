// The advisor's page: start the shift, be ready, talk, say what the call was.
import { word, clock } from '/words.js';
import { ask, enter, leave, listen, make } from '/session.js';
import { makeLine } from '/line.js';

const page = document.getElementById('page');
const notice = make('p', { class: 'problem', role: 'alert' });
const body = make('div', {});
const phone = make('section', { class: 'card phone' });
const left = make('span', { class: 'left' });
let desk = null;
let skew = 0;
let drawn = '';
let dispositions = { catalogue: null, rows: [] };

const act = (what, form = {}) => async () => {
  try { await ask('POST', `/api/v1/agent/${what}`, form instanceof Function ? form() : form); notice.textContent = ''; }
  catch (error) { notice.textContent = error.message; }
};
const button = (label, what, form, kind = '') =>
  make('button', { type: 'button', class: kind, onclick: act(what, form) }, label);

const actions = () => {
  switch (desk.status) {
    case 'offline': return [button(word('logIn'), 'login', {}, 'main')];
    case 'break': return [button(word('takeCalls'), 'ready', {}, 'main'), button(word('logOut'), 'logout')];
    case 'ready': return [button(word('pauseMe'), 'break', breakForm), button(word('logOut'), 'logout')];
    case 'reserved': return [button(word('call'), 'preview/accept', {}, 'main'), button(word('skip'), 'preview/skip')];
    case 'talking': return [button(word('hangUp'), 'hangup', {}, 'main'), ...handing(), button(word('pauseMe'), 'break', breakForm)];
    case 'wrap_up': return [...(desk.may_redial ? [button(word('redial'), 'redial', {}, 'main')] : []), button(word('logOut'), 'logout')];
    default: return [button(word('logOut'), 'logout')];
  }
};
// What may be done with a live call besides ending it, by how it stands.
const handing = () => {
  const stands = desk.on_call?.stands;
  const hand = (kind) => button(word(kind), 'transfer', () => ({ ...whom(), kind }));
  const back = button(word('takeBack'), 'transfer/cancel');
  switch (stands) {
    case 'talking': return [button(word('hold'), 'hold'), target, hand('blind'), hand('attended')];
    case 'held': return [button(word('resume'), 'resume'), target, hand('blind'), hand('attended')];
    case 'consulting': return [button(word('complete'), 'transfer/complete'), button(word('threeWay'), 'transfer/three-way'), back];
    case 'three_way': return [button(word('complete'), 'transfer/complete'), back];
    default: return [];
  }
};
// Keys go by the server, which knows how the customer's side takes them.
const keypad = () => make('div', { class: 'keys', role: 'group', 'aria-label': word('keys') },
  [...'123456789*0#'].map((key) => button(key, 'digits', { digits: key })));
const target = make('select', { 'aria-label': word('transferTo') });
const whom = () => { const [what, id] = target.value.split(' '); return { [what]: Number(id) }; };
const offer = async () => {
  const { agents, destinations } = await ask('GET', '/api/v1/agent/targets');
  const option = (what) => (to) => make('option', { value: `${what} ${to.id}` }, to.name);
  target.replaceChildren(...destinations.map(option('destination')), ...agents.map(option('agent')));
};
target.addEventListener('focus', () => offer().catch((error) => { notice.textContent = error.message; }));
const breakForm = () => ({ reason: prompt(word('breakReason')) || 'pausa' });

// Those that were in force when the call began.
const load = async ({ campaign_id: campaign, catalogue }) => {
  if (dispositions.catalogue === catalogue) return;
  dispositions = { catalogue, rows: await ask('GET', `/api/v1/campaigns/${campaign}/dispositions?catalogue=${catalogue}`) };
};

const typifyForm = () => {
  const code = make('select', { id: 'code', required: '' }, make('option', { value: '' }, word('choose')),
    dispositions.rows.map((row) => make('option', { value: row.code }, `${row.code} · ${row.levels.join(' › ')}`)));
  const note = make('input', { id: 'note', maxlength: '500' });
  const again = make('input', { id: 'again', type: 'datetime-local' });
  const never = make('input', { id: 'never', type: 'checkbox' });
  const save = (event) => {
    event.preventDefault();
    act('typify', {
      attempt: desk.attempt, code: code.value, note: note.value,
      // By the customer's clock, which may not be ours.
      callback_local: again.value || null, opt_out: never.checked,
    })();
  };
  return make('form', { class: 'typify', onsubmit: save },
    make('label', { for: 'code' }, word('choose')), code, make('label', { for: 'note' }, word('note')), note,
    make('label', { for: 'again' }, word('callbackAt')), again, make('label', { for: 'never' }, word('neverAgain')), never,
    make('button', { type: 'submit', class: 'main' }, word('typify')));
};

const contactCard = (contact) => make('section', { class: 'card' },
  make('h2', {}, contact.name || '—', contact.inbound ? make('span', { class: 'badge' }, word('callsUs')) : ''),
  make('dl', {}, [[word('campaign'), contact.campaign], [word('document'), contact.document], [word('segment'), contact.segment],
    ...contact.phones.map((phone) => ['☎', phone.number + (phone.current ? ' ●' : '')]), ...contact.attributes]
    .filter(([, value]) => value).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)])));

const draw = async (next) => {
  desk = next;
  if (desk.contact) await load(desk.contact).catch((error) => { notice.textContent = error.message; });
  // Redrawing under someone's hands would lose what they typed.
  const key = JSON.stringify([desk.status, desk.attempt, desk.registered, desk.booked, desk.may_redial,
    desk.on_call?.stands, desk.on_call?.with, desk.on_call?.answered]);
  if (key === drawn) return;
  drawn = key;
  if (desk.status === 'talking') await offer().catch((error) => { notice.textContent = error.message; });
  body.replaceChildren(
    make('section', { class: `card status ${desk.status}` }, make('h2', {}, word(desk.status)), left,
      make('p', {}, desk.on_call?.with ? `${word(desk.on_call.stands)} · ${desk.on_call.with}` : '', desk.reason || '', desk.booked ? ` ${word('booked')}: ${desk.booked}` : ''), ...actions()),
    desk.registered ? '' : make('p', { class: 'problem' }, word('phoneMissing'), ' ', make('a', { href: '/telefono' }, word('phone'))),
    desk.status === 'talking' ? keypad() : '',
    desk.contact ? contactCard(desk.contact) : make('p', { class: 'empty' }, word('nobody')),
    desk.attempt != null && ['talking', 'wrap_up'].includes(desk.status) ? typifyForm() : '');
};

// The page as a phone: what it is doing, and what may be done with it.
const drawPhone = (line) => {
  const press = (label, what, kind = '') => make('button', { type: 'button', class: kind, onclick: what }, label);
  const may = {
    up: () => [press(word(line.muted ? 'unmute' : 'mute'), () => line.mute(!line.muted), line.muted ? 'main' : ''), press(word('phoneStop'), line.end)],
    off: () => [press(word('phoneHere'), () => line.start())],
    taken: () => [press(word('takeLine'), () => line.start(true), 'main')],
    refused: () => [press(word('tryAgain'), () => line.start()), press(word('phoneStop'), line.end)],
  }[line.state] ?? (() => []);
  phone.dataset.state = line.state;
  phone.replaceChildren(make('h3', {}, word('pagePhone')),
    make('p', { role: 'status' }, word(`line_${line.state}`), line.muted ? ` · ${word('muted')}` : '', line.why ? ` · ${line.why}` : ''), ...may());
};

const session = await enter(page);
if (session.agent == null) {
  page.replaceChildren(make('p', { class: 'empty' }, word('notAllowed')), make('a', { href: '/' }, '/'));
} else {
  page.replaceChildren(make('header', { class: 'top' }, make('h1', {}, session.user),
    make('span', { class: 'grow' }), make('button', { type: 'button', onclick: leave }, word('leave'))), notice, body, phone);
  const hear = (message) => {
    if (message.t !== 'desk') return line.heard(message);
    skew = (message.desk.now || Date.now()) - Date.now();
    draw(message.desk);
  };
  const line = makeLine((what) => say(what), drawPhone);
  drawPhone(line);
  const say = listen('/api/v1/agent/page', hear, (up) => { notice.textContent = up ? '' : word('noConnection'); line.connection(up); });
  addEventListener('pagehide', line.leave);
  setInterval(() => {
    if (!desk) return;
    const now = Date.now() + skew;
    left.textContent = desk.deadline ? `${word('timeLeft')} ${clock(desk.deadline - now)}` : clock(now - desk.since);
  }, 500);
}
