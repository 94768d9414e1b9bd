// What a section asks of the API: its waiting, its refusal and its answer.

/** An answer that is shown, and may be asked for again. */
export class Asked<T> {
  value = $state.raw<T | undefined>(undefined);
  problem = $state('');
  busy = $state(true);
  #turn = 0;

  constructor(private readonly ask: () => Promise<T>) {
    void this.again();
  }

  /** The last question counts. */
  again = async (): Promise<void> => {
    const turn = (this.#turn += 1);
    this.busy = true;
    try {
      const value = await this.ask();
      if (turn === this.#turn) [this.value, this.problem] = [value, ''];
    } catch (refused) {
      if (turn === this.#turn) this.problem = (refused as Error).message;
    }
    if (turn === this.#turn) this.busy = false;
  };
}
