// Something that a page does: waiting, its refusal and its outcome.
import type { Refused } from './api';

/** One at a time; `what` says what is told once it is done. */
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
