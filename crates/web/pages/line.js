// The page as the advisor's phone. It offers the line when it opens and keeps it up all shift: the
// audio goes on when the connection to the server is lost, and a page that is loaded again goes on with
// the line it had. `send` says something to the server; `changed` hears of each change of `line.state`:
// off, asking, connecting, up, away, taken, refused.
const WANTED = 'cadencia.phone';
const TOKEN = 'cadencia.line';
const MUTED = 'cadencia.muted';
const QUALITY = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
// A short hole in the network closes by itself; a longer one asks for a new leg.
const PATIENCE_MS = 2000;

export const makeLine = (send, changed, quality = QUALITY) => {
  const ear = document.createElement('audio');
  ear.autoplay = true;
  document.body.append(ear);
  const line = { state: 'off', muted: sessionStorage.getItem(MUTED) === 'yes', why: '', pc: null };
  let mic = null;
  let asking = null;
  let next = null;
  let asked = 0;
  let id = 0;
  let online = false;
  let trouble = 0;
  // Kept only while the page is being loaded again: a copy of the tab must not have it.
  let token = sessionStorage.getItem(TOKEN);
  sessionStorage.removeItem(TOKEN);

  const become = (state, why = '') => { line.state = state; line.why = why; changed(line); };
  const say = (what) => { id += 1; return send({ ...what, id }) ? id : 0; };
  const drop = (pc) => { if (pc) { pc.onconnectionstatechange = null; pc.ontrack = null; pc.close(); } };

  const offer = async (takeOver = false) => {
    clearTimeout(trouble);
    if (!online) return;
    try {
      asking ??= navigator.mediaDevices.getUserMedia({ audio: quality });
      mic = await asking;
      // A headset that was pulled out: whatever microphone there is now.
      mic.getTracks().forEach((track) => { track.onended = () => { asking = null; offer(); }; });
    } catch (error) { asking = null; return become('refused', error.message); }
    drop(next);
    const pc = new RTCPeerConnection({ iceServers: [] });
    next = pc;
    for (const track of mic.getTracks()) { track.enabled = !line.muted; pc.addTrack(track, mic); }
    pc.ontrack = (event) => { pc.heard = event.streams[0]; };
    pc.onconnectionstatechange = () => went(pc);
    await pc.setLocalDescription();
    if (next !== pc) return;
    // The server needs no candidate of ours: nothing waits for them.
    asked = say({ t: 'line.offer', sdp: pc.localDescription.sdp, resume: token, take_over: takeOver });
    if (line.state !== 'up') become('connecting');
  };

  const went = (pc) => {
    if (pc.connectionState === 'connected') {
      clearTimeout(trouble);
      if (pc === next) { drop(line.pc); line.pc = pc; next = null; }
      ear.srcObject = pc.heard;
      become('up');
    } else if (['disconnected', 'failed'].includes(pc.connectionState) && [line.pc, next].includes(pc)) {
      if (pc === line.pc) become('away');
      clearTimeout(trouble);
      trouble = setTimeout(offer, pc.connectionState === 'failed' ? 0 : PATIENCE_MS);
    }
  };

  const hangUp = () => { drop(next); drop(line.pc); next = null; line.pc = null; token = null; };

  const answers = {
    'line.answer': async ({ re, sdp, resume }) => {
      if (re !== asked || !next) return;
      token = resume;
      await next.setRemoteDescription({ type: 'answer', sdp });
    },
    'line.refused': ({ re, code, message }) => {
      if (re !== asked) return;
      drop(next);
      next = null;
      if (code === 'unknown' && token) { token = null; offer(); } else become(code === 'taken' ? 'taken' : 'refused', message);
    },
    'line.resumed': ({ up }) => { if (!up) offer(); },
    'line.state': ({ state }) => {
      if (state === 'taken') { hangUp(); become('taken'); }
      // What is gone is offered anew, and so is what the server does not hear any more.
      if (state === 'gone' && line.state !== 'off') { hangUp(); become('away'); offer(); }
      if (state === 'away' && line.pc && !next) offer();
    },
  };

  return Object.assign(line, {
    wanted: () => localStorage.getItem(WANTED) === 'browser',
    start: (takeOver = false) => { localStorage.setItem(WANTED, 'browser'); become('asking'); return offer(takeOver); },
    end: () => {
      localStorage.removeItem(WANTED);
      say({ t: 'line.end' });
      hangUp();
      mic?.getTracks().forEach((track) => track.stop());
      mic = null;
      asking = null;
      become('off');
    },
    mute: (muted) => { line.muted = muted; mic?.getTracks().forEach((track) => { track.enabled = !muted; }); changed(line); },
    heard: (message) => answers[message.t]?.(message),
    // The server is there, or not; the audio does not mind.
    connection: (there) => {
      online = there;
      if (!there || line.state === 'taken') return;
      if (token && line.pc?.connectionState === 'connected') asked = say({ t: 'line.resume', resume: token });
      else if (line.wanted()) offer();
    },
    leave: () => {
      if (token) sessionStorage.setItem(TOKEN, token);
      sessionStorage.setItem(MUTED, line.muted ? 'yes' : 'no');
      drop(next);
      drop(line.pc);
    },
  });
};
