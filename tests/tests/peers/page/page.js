// An advisor's phone in a page, by JsSIP. It does what the test orders and tells it what happens.
//
// The engine's edge carries signalling to pages, not yet their encrypted audio: so the offer that
// JsSIP is given is one of this browser itself, and the answer that leaves is plain RTP to where the
// test listens. Everything else of the call is JsSIP's own.
import JsSIP from 'jssip';

const settings = JSON.parse(document.getElementById('settings').textContent);
const say = (what) => fetch('/said', { method: 'POST', body: what });

/** An offer as a browser makes it, whose answer nobody needs. */
async function ownOffer() {
  const far = new RTCPeerConnection();
  far.addTransceiver('audio');
  await far.setLocalDescription(await far.createOffer());
  return far.localDescription.sdp;
}

/** What leaves instead of the browser's answer. */
const plainAnswer = () =>
  [
    'v=0', 'o=page 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0',
    `m=audio ${settings.audio} RTP/AVP 8`, 'a=rtpmap:8 PCMA/8000', 'a=sendrecv', '',
  ].join('\r\n');

let offer = await ownOffer();
/** Whether the browser is to read what the engine offers, which is plain RTP. */
let asItIs = false;
let call;

const phone = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(settings.socket)],
  uri: settings.uri,
  password: settings.password,
  register_expires: 120,
  connection_recovery_min_interval: 1,
});

phone.on('connected', () => say('connected'));
phone.on('disconnected', () => say('disconnected'));
phone.on('registered', () => say('registered'));
phone.on('unregistered', () => say('unregistered'));
phone.on('registrationFailed', ({ cause }) => say(`registration failed: ${cause}`));
phone.on('newRTCSession', ({ originator, session, request }) => {
  if (originator === 'local') return;
  call = session;
  session.on('sdp', (event) => {
    if (!asItIs) event.sdp = event.originator === 'remote' ? offer : plainAnswer();
  });
  session.on('confirmed', () => say('confirmed'));
  session.on('failed', ({ cause }) => say(`failed: ${cause}`));
  session.on('ended', ({ originator: by }) => say(`ended by ${by}`));
  say(`called by ${request.from.uri.user}`);
  session.answer({ mediaConstraints: { audio: true } });
});

const orders = {
  start: () => phone.start(),
  register: () => phone.register(),
  unregister: () => phone.unregister(),
  'hang up': () => call.terminate(),
  'take it as it is': () => { asItIs = true; },
  'take it as yours': () => { asItIs = false; },
  'call elsewhere': () => phone.call('sip:+573001112233@192.0.2.1', {
    mediaConstraints: { audio: true, video: false },
    eventHandlers: {
      confirmed: () => say('elsewhere answered'),
      failed: ({ cause, message }) => say(`elsewhere refused: ${message?.status_code ?? cause}`),
    },
  }),
  'lose the socket': () => phone.transport.socket._ws.close(),
};

for (;;) {
  const order = await (await fetch('/order')).text();
  if (order === 'end') break;
  if (order === 'hang up') offer = await ownOffer();
  orders[order]?.();
}
