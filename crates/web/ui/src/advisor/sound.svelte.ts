// Microphone, headphones and beep of this machine: which devices they are, how loud the microphone is before the
// mute, and what happens when one is pulled out.
import { keep, kept } from '../shared/prefs';
import { word } from '../shared/words';

const QUALITY: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const LEVEL_EVERY_MS = 100;
/** Louder than a room, softer than a voice. */
const SPEAKS = 0.02;
/** So long one speaks while muted before one is told. */
const SPOKE_MS = 600;
const ECHO_S = 1;
const BEEP = { hertz: 880, seconds: 0.2, gain: 0.25 };

type Heard = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };
type Places = AudioContext & { setSinkId?: (id: string) => Promise<void> };

export class Sound {
  microphones = $state<MediaDeviceInfo[]>([]);
  speakers = $state<MediaDeviceInfo[]>([]);
  microphone = $state(kept('microphone') ?? '');
  speaker = $state(kept('speaker') ?? '');
  ringer = $state(kept('ringer') ?? '');
  beeps = $state(kept('beep') !== 'no');
  /** How loud the microphone is, muted or not: 0 to 1. */
  level = $state(0);
  /** They speak and nobody hears it. */
  speaksMuted = $state(false);
  /** The browser waits for a key before it lets anything sound. */
  deaf = $state(false);
  notice = $state('');
  hearsMyself = $state(false);
  /** What the other side is sent; silent while muted. */
  track: MediaStreamTrack | null = null;

  #mic: MediaStream | null = null;
  #open = true;
  #context: Places | null = null;
  #look: AnalyserNode | null = null;
  #mine: MediaStreamAudioSourceNode | null = null;
  #echo: DelayNode | null = null;
  #ear = document.createElement('audio') as Heard;
  #spoke = 0;
  #asking: Promise<void> | null = null;

  constructor(private readonly changed: () => void) {
    this.#ear.autoplay = true;
    document.body.append(this.#ear);
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#devicesChanged());
    setInterval(() => this.#measure(), LEVEL_EVERY_MS);
    for (const gesture of ['keydown', 'pointerdown']) addEventListener(gesture, () => this.#wake());
  }

  /** Takes the microphone, unless it has it. */
  open(audible: boolean): Promise<void> {
    this.#open = audible;
    if (this.track?.readyState === 'live') return Promise.resolve();
    this.#asking ??= this.#take().finally(() => (this.#asking = null));
    return this.#asking;
  }

  close() {
    this.track?.stop();
    this.#mic?.getTracks().forEach((track) => track.stop());
    this.#mine?.disconnect();
    this.#mic = this.track = this.#mine = null;
    this.level = 0;
    this.hearsMyself = false;
  }

  gate(open: boolean) {
    this.#open = open;
    if (this.track) this.track.enabled = open;
    this.speaksMuted = false;
  }

  hear(stream: MediaStream) {
    if (this.#ear.srcObject !== stream) this.#ear.srcObject = stream;
    this.#play();
  }

  /** The sign that a customer comes on. */
  beep() {
    const context = this.#sounds();
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = BEEP.hertz;
    gain.gain.value = BEEP.gain;
    tone.connect(gain).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + BEEP.seconds);
  }

  /** Their own voice, a second later. */
  hearMyself(on: boolean) {
    const context = this.#sounds();
    this.#echo ??= new DelayNode(context, { delayTime: ECHO_S, maxDelayTime: ECHO_S });
    if (on && this.#mine) {
      this.#mine.connect(this.#echo);
      this.#echo.connect(context.destination);
    } else this.#echo.disconnect();
    this.hearsMyself = on && this.#mine !== null;
  }

  async use(what: 'microphone' | 'speaker' | 'ringer', id: string) {
    this[what] = id;
    keep(what, id || null);
    this.notice = '';
    if (what === 'microphone' && this.#mic) await this.#retake();
    if (what === 'speaker') await this.#ear.setSinkId?.(id).catch(() => undefined);
    if (what === 'ringer') await this.#context?.setSinkId?.(id).catch(() => undefined);
  }

  setBeeps(on: boolean) {
    this.beeps = on;
    keep('beep', on ? null : 'no');
  }

  name = (device: MediaDeviceInfo, at: number): string => device.label || word('unnamedDevice', at + 1);

  /** The name of the microphone in use. */
  get microphoneName(): string {
    return this.#mic?.getAudioTracks()[0]?.label ?? '';
  }

  async #take() {
    if (!navigator.mediaDevices) throw new Error(word('needsHttps'));
    const known = this.microphones.some((device) => device.deviceId === this.microphone);
    const which = this.microphone && (known || this.microphones.length === 0) ? { deviceId: { ideal: this.microphone } } : {};
    this.#mic = await navigator.mediaDevices.getUserMedia({ audio: { ...QUALITY, ...which } });
    const source = this.#mic.getAudioTracks()[0];
    if (!source) throw new Error(word('micMissing'));
    // A headset that was pulled out: whatever microphone there is now.
    source.onended = () => void this.#retake(source.label);
    // What is measured is never silenced, so that a mute can be told from a silence.
    this.track = source.clone();
    this.track.enabled = this.#open;
    const context = this.#sounds();
    this.#mine?.disconnect();
    this.#mine = context.createMediaStreamSource(this.#mic);
    this.#look = new AnalyserNode(context, { fftSize: 1024 });
    this.#mine.connect(this.#look);
    if (this.speaker) await this.#ear.setSinkId?.(this.speaker).catch(() => undefined);
    await this.#list();
  }

  /** Takes the microphone again: another was chosen, or the one there was is `lost`. */
  async #retake(lost = '') {
    const audible = this.#open;
    this.close();
    await this.open(audible).catch(() => undefined);
    if (lost) this.notice = word('deviceLost', lost, this.microphoneName || '—');
    this.changed();
  }

  async #list() {
    const all = await navigator.mediaDevices.enumerateDevices();
    this.microphones = all.filter((device) => device.kind === 'audioinput' && device.deviceId !== 'default' && device.deviceId !== 'communications');
    this.speakers = all.filter((device) => device.kind === 'audiooutput' && device.deviceId !== 'default' && device.deviceId !== 'communications');
  }

  async #devicesChanged() {
    const before = this.microphones;
    await this.#list();
    const came = this.microphones.find((device) => !before.some((old) => old.deviceId === device.deviceId));
    if (this.#mic && came?.label) this.notice = word('deviceCame', came.label);
  }

  #sounds(): Places {
    if (!this.#context) {
      this.#context = new AudioContext();
      if (this.ringer) void this.#context.setSinkId?.(this.ringer).catch(() => undefined);
    }
    if (this.#context.state === 'suspended') void this.#context.resume();
    return this.#context;
  }

  #play() {
    this.#ear.play().then(
      () => (this.deaf = false),
      (error: DOMException) => (this.deaf = error.name === 'NotAllowedError'),
    );
  }

  /** Somebody touched the page: now it may sound. */
  #wake() {
    if (this.deaf) this.#play();
    if (this.#context?.state === 'suspended') void this.#context.resume();
  }

  #measure() {
    if (!this.#look || !this.#mic) return;
    const wave = new Float32Array(this.#look.fftSize);
    this.#look.getFloatTimeDomainData(wave);
    const power = wave.reduce((sum, sample) => sum + sample * sample, 0) / wave.length;
    this.level = Math.min(1, Math.sqrt(power) * 4);
    const speaks = !this.#open && Math.sqrt(power) > SPEAKS;
    this.#spoke = speaks ? this.#spoke + LEVEL_EVERY_MS : Math.max(0, this.#spoke - LEVEL_EVERY_MS / 4);
    this.speaksMuted = !this.#open && this.#spoke >= SPOKE_MS;
  }
}
