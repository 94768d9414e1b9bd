// What a section asks of the API: its answer, that it is on its way, or why there is none.

/** Asked again whenever something changes that it is asked with. The last question counts. */
export class Asked<T> {
  value = $state.raw<T | undefined>();
  problem = $state('');
  busy = $state(false);
  #turn = 0;

  constructor(private readonly ask: () => Promise<T>) {
    $effect(() => void this.again());
  }

  again = async (): Promise<void> => {
    const turn = (this.#turn += 1);
    try {
      const asked = this.ask();
      this.busy = true;
      const value = await asked;
      if (turn === this.#turn) [this.value, this.problem] = [value, ''];
    } catch (refused) {
      if (turn === this.#turn) [this.value, this.problem] = [undefined, (refused as Error).message];
    }
    if (turn === this.#turn) this.busy = false;
  };
}

/** Asks again from time to time, while somebody may be looking. */
export const keepFresh = (asked: Asked<unknown>, everyMs: number): void => {
  $effect(() => {
    const timer = setInterval(() => {
      if (!document.hidden && !document.querySelector('dialog[open]')) void asked.again();
    }, everyMs);
    return () => clearInterval(timer);
  });
};

/** Something to be done: once at a time, with what came of it. */
export class Deed {
  busy = $state(false);
  problem = $state('');
  done = $state('');

  /** `what` says what is told once it is done. */
  run = async (what: () => Promise<string>): Promise<boolean> => {
    if (this.busy) return false;
    [this.busy, this.problem, this.done] = [true, '', ''];
    try {
      this.done = await what();
      return true;
    } catch (refused) {
      this.problem = (refused as Error).message;
      return false;
    } finally {
      this.busy = false;
    }
  };
}
