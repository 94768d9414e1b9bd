// What a section asks of the API and what it has done: each with its waiting, its refusal and its outcome.
import type { Refused } from '../shared/api';

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

/** Something that is done: one at a time, and what came of it in words. */
export class Deed {
  busy = $state(false);
  problem = $state('');
  /** The code of the refusal. */
  code = $state('');
  done = $state('');

  run = async (what: () => Promise<string | void>): Promise<boolean> => {
    if (this.busy) return false;
    this.busy = true;
    this.problem = this.code = this.done = '';
    try {
      this.done = (await what()) ?? '';
      return true;
    } catch (refused) {
      this.problem = (refused as Error).message;
      this.code = (refused as Refused).code ?? '';
      return false;
    } finally {
      this.busy = false;
    }
  };
}
