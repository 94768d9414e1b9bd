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
