// The supervisor's live page: agents and calls by state, pacing and its reason,
// abandon rate. Redrawn with each message of the live connection.
import { word, percent, number, clock } from '/words.js';
import { ask, enter, leave, listen, make } from '/session.js';

const STATUSES = ['ready', 'reserved', 'talking', 'wrap_up', 'break', 'lost', 'offline'];
const CALLS = ['intended', 'dialing', 'ringing', 'waiting', 'talking', 'message', 'inbound'];
const page = document.getElementById('page');

const tile = (label, value, kind = '') =>
  make('div', { class: `tile ${kind}` }, make('b', {}, value), make('span', {}, label));

const order = (campaign, what) => async () => {
  if (what === 'stop' && !confirm(word('stopConfirm'))) return;
  try { await ask('POST', `/api/v1/campaigns/${campaign.id}/${what}`); }
  catch (error) { notice.textContent = error.message; }
};

const buttons = (campaign) => ({
  running: ['pause', 'stop'], paused: ['start', 'stop'], stopped: ['start'], finished: ['start'],
}[campaign.state] || []).map((what) => make('button', { type: 'button', onclick: order(campaign, what) }, word(what)));

const campaignCard = (campaign) => make('section', { class: 'card', 'data-campaign': campaign.name },
  make('header', {}, make('h2', {}, campaign.name),
    make('span', { class: `badge ${campaign.state}` }, word(campaign.state)),
    make('span', { class: 'badge' }, campaign.mode), make('span', { class: 'grow' }), ...buttons(campaign)),
  make('div', { class: 'tiles' },
    tile(word('abandon'), percent(campaign.abandon_rate), campaign.abandon_rate > 0.03 ? 'bad' : ''),
    tile(word('utilisation'), percent(campaign.utilisation)),
    tile(word('attempts'), number(campaign.attempts)),
    tile(word('answered'), number(campaign.live_answers)),
    tile(word('abandoned'), number(campaign.abandoned)),
    tile(word('hopper'), number(campaign.hopper)),
    tile(word('wait'), campaign.bridge_wait_ms == null ? word('noData') : `${Math.round(campaign.bridge_wait_ms)} ms`)),
  make('h3', {}, word('calls')),
  make('div', { class: 'tiles small' }, CALLS.map((state) => tile(word(state), number(campaign.calls[state])))),
  make('h3', {}, word('pacing')),
  make('p', { class: 'why' }, campaign.held || (campaign.pacing
    ? `+${campaign.pacing.dial} · ${campaign.pacing.binding} · ${campaign.pacing.why}` : '—')));

const agentRow = (at) => (agent) => make('tr', { class: agent.status },
  make('td', {}, agent.name), make('td', {}, word(agent.status)),
  make('td', { class: 'kind' }, agent.line_kind ? word(`kind_${agent.line_kind}`) : ''),
  make('td', { class: 'num' }, clock(at - agent.since)), make('td', {}, agent.reason || agent.booked || ''));

const draw = (live) => {
  notice.textContent = live.store_stalled ? word('stalled') : live.draining ? word('draining') : '';
  const agents = [...live.agents].sort((a, b) =>
    STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) || a.since - b.since);
  body.replaceChildren(
    ...(live.campaigns.length ? live.campaigns.map(campaignCard) : [make('p', { class: 'empty' }, word('noCampaigns'))]),
    make('section', { class: 'card' }, make('h2', {}, word('agents')),
      make('div', { class: 'tiles small' }, STATUSES.map((s) => tile(word(s), number(live.agents_by_status[s] || 0), s))),
      agents.length ? make('table', {}, make('tbody', {}, agents.map(agentRow(live.at))))
        : make('p', { class: 'empty' }, word('noAgents'))));
  tick.textContent = new Date(live.at).toLocaleTimeString();
};

const notice = make('p', { class: 'problem', role: 'alert' });
const body = make('div', {});
const tick = make('time', { id: 'tick' });

const session = await enter(page);
if (session.role === 'advisor') {
  page.replaceChildren(make('p', { class: 'empty' }, word('notAllowed')), make('a', { href: '/asesor' }, '/asesor'));
} else {
  page.replaceChildren(make('header', { class: 'top' }, make('h1', {}, word('title')), tick,
    make('span', { class: 'grow' }), make('button', { type: 'button', onclick: leave }, word('leave'))), notice, body);
  listen('/api/v1/live', draw, (up) => { if (!up) notice.textContent = word('noConnection'); });
}
