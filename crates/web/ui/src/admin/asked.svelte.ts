// What a section asks of the API: its waiting, its refusal and its answer.

/** An answer that is shown, and may be asked for again. */
export class Asked<T> {
  value = $state.raw<T | undefined>(undefined);
  problem = $state('');
  busy = $state(true);

  constructor(private readonly ask: () => Promise<T>) {
    void this.again();
  }

  again = async (): Promise<void> => {
    this.busy = true;
    try {
      this.value = await this.ask();
      this.problem = '';
    } catch (refused) {
      this.problem = (refused as Error).message;
    }
    this.busy = false;
  };
}
