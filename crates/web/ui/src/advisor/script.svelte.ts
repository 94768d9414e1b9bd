// The script of the call that goes on: which step it is at, outliving a reload, and marks in the recording.
import { api, granted, Refused, type Script, type ScriptStep } from '../shared/api';
import { carry, remembered } from '../shared/prefs';
import { after, markOf } from './guide';
import type { Typing } from './typing.svelte';

interface Place {
  attempt: number;
  /** The steps gone through, the last being where the call is. */
  path: string[];
  /** Those whose text was read as it stands. */
  read: string[];
}

const kept = (attempt: number, first: string): Place => {
  try {
    const place = JSON.parse(remembered('script') ?? 'null') as Place | null;
    if (place?.attempt === attempt) return place;
  } catch {
    // What cannot be read any more is begun anew.
  }
  return { attempt, path: [first], read: [] };
};

export class ScriptModel {
  script = $state.raw<Script | null>(null);
  place = $state<Place>({ attempt: -1, path: [], read: [] });
  drawer = $state(false);

  step = $derived(this.script?.steps.find((step) => step.key === this.place.path.at(-1)) ?? null);
  #known = new Map<number, Script>();

  constructor(private readonly typing: Typing) {
    $effect.root(() => {
      // What a page that was loaded again brought is read before anything is kept.
      $effect(() => {
        const place = JSON.stringify(this.place);
        if (this.place.attempt >= 0) carry('script', place);
      });
    });
  }

  /** The call that goes on. The script of a campaign comes with its first card, and stays. */
  of(attempt: number, campaign: number, script: Script | undefined) {
    if (script) this.#known.set(campaign, script);
    this.script = this.#known.get(campaign) ?? null;
    this.#begin(attempt);
  }

  /** Goes on by an answer, or to what follows. */
  go(answer?: number) {
    const { script, step } = this;
    if (!script || !step) return;
    if (step.required) this.#read(step);
    const typify = answer === undefined ? null : step.answers[answer]?.typify;
    if (typify) this.typing.choose(this.typing.rows.find((row) => row.code === typify));
    const next = after(script, step, answer);
    if (!next) return;
    this.place.path.push(next.key);
    this.#mark(markOf(next, true));
  }

  back() {
    if (this.place.path.length > 1) this.place.path.pop();
  }

  #begin(attempt: number) {
    const { script } = this;
    const first = script?.steps[0];
    if (!script || !first || this.place.attempt === attempt) return;
    const place = kept(attempt, first.key);
    const there = place.path.length > 0 && place.path.every((key) => script.steps.some((step) => step.key === key));
    this.place = there ? place : { attempt, path: [first.key], read: [] };
    this.drawer = false;
    if (this.place.path.length === 1 && this.place.read.length === 0) this.#mark(markOf(first, true));
  }

  #read(step: ScriptStep) {
    if (this.place.read.includes(step.key)) return;
    this.place.read.push(step.key);
    this.#mark(markOf(step, false));
  }

  /** A call that is not recorded has nothing to be marked in. */
  #mark(mark: { kind: string; text: string } | null) {
    if (!mark) return;
    granted(api.POST('/api/v1/agent/recording/mark', { body: mark })).catch((refused: Refused) => {
      if (refused.code !== 'not_recorded') this.typing.problem = refused.message;
    });
  }
}
