// What an advisor may do at this moment, each with its key. The same letters in both languages: hands remember.
import type { Action } from '../shared/keys';
import { word } from '../shared/words';
import type { DeskModel } from './desk.svelte';
import { kept, keep } from '../shared/prefs';

export type Panel = 'break' | 'hand' | 'audio' | null;

export const actionsOf = (model: DeskModel, open: (panel: Panel) => void): Action[] => {
  const { desk } = model;
  if (!desk) return [];
  const leave: Action = { key: 'q', label: 'logOut', run: () => void model.do('logout') };
  const pause: Action = { key: 'p', label: 'pauseMe', run: () => open('break') };
  switch (desk.status) {
    case 'offline':
      return [{ key: 'i', label: 'logIn', kind: 'main', run: () => void model.do('login') }];
    case 'break':
      return [{ key: 'r', label: 'takeCalls', kind: 'main', run: () => beReady(model, open) }, leave];
    case 'ready':
      return [pause, leave];
    case 'reserved':
      return [
        { key: 'a', label: 'acceptPreview', kind: 'main', run: () => void model.do('preview/accept') },
        { key: 'n', label: 'skipPreview', run: () => void model.do('preview/skip') },
      ];
    case 'talking':
      return [...mute(model), ...onCall(model, open), ...recording(model), ...afterwards(model, pause)];
    case 'wrap_up':
      return [
        ...(desk.may_redial ? [{ key: 'a', label: 'redial', kind: 'main', run: () => void model.do('redial') } as Action] : []),
        { key: 'e', label: 'moreTime', run: () => void model.do('extend') },
        ...afterwards(model, pause),
      ];
    default:
      return [leave];
  }
};

/** The first time on this page as a phone, they hear themselves before a customer does. */
const beReady = (model: DeskModel, open: (panel: Panel) => void) => {
  if (model.line.state !== 'up' || kept('heard') === model.line.sound.microphoneName) return void model.do('ready');
  open('audio');
};

/** They heard themselves with this microphone. */
export const heardThemselves = (model: { sound: { microphoneName: string } }): void => keep('heard', model.sound.microphoneName);

const mute = ({ line }: DeskModel): Action[] => {
  if (line.state === 'off' || line.state === 'taken') return [];
  const label = line.muted ? 'unmute' : 'mute';
  return [{ key: 'm', label, kind: line.muted ? 'danger' : undefined, run: () => line.mute(!line.muted) }];
};

/** What comes after this call; it may be booked while it goes on, and taken back. */
const afterwards = (model: DeskModel, pause: Action): Action[] => {
  if (model.desk?.booked && model.desk.status === 'talking') return [{ key: 'r', label: 'unbook', run: () => void model.do('ready') }];
  return [{ ...pause, label: 'breakAfter' }, { key: 'q', label: 'logOut', run: () => void model.do('logout') }];
};

const onCall = (model: DeskModel, open: (panel: Panel) => void): Action[] => {
  const call = model.desk?.on_call;
  const end: Action = { key: 'x', label: 'hangUp', kind: 'main', run: () => void model.do('hangup') };
  const hand: Action = { key: 't', label: 'handOver', run: () => open('hand') };
  const back: Action = { key: 'd', label: 'takeBack', run: () => void model.do('transfer/cancel') };
  const complete: Action = {
    key: 'c', label: 'complete', text: word('complete', call?.with ?? ''), run: () => void model.do('transfer/complete'),
  };
  switch (call?.stands) {
    case 'talking':
      return [end, { key: 'h', label: 'hold', run: () => void model.do('hold') }, hand];
    case 'held':
      return [end, { key: 'h', label: 'resume', kind: 'main', run: () => void model.do('resume') }, hand];
    case 'consulting':
      return [end, complete, { key: 'w', label: 'threeWay', run: () => void model.do('transfer/three-way') }, back];
    case 'three_way':
      return [end, complete, back];
    default:
      return [end];
  }
};

const recording = (model: DeskModel): Action[] => {
  switch (model.desk?.on_call?.recording) {
    case 'awaited':
      return [{ key: 'g', label: 'consent', kind: 'main', run: () => void model.do('recording/consent') }];
    case 'on':
      return [{ key: 'y', label: 'pauseRecording', run: () => void model.do('recording/pause') }];
    case 'paused':
      return [{ key: 'y', label: 'resumeRecording', kind: 'main', run: () => void model.do('recording/resume') }];
    default:
      return [];
  }
};
