// What the advisor is about to say of a call. A draft until it is saved; it outlives a reload of the page.
import { api, granted, Refused, type Disposition, type TypifyForm } from '../shared/api';
import { carry, remembered } from '../shared/prefs';
import { word } from '../shared/words';
import { families, search } from './results';

type When = Pick<TypifyForm, 'callback_at' | 'callback_local'>;

interface Draft {
  attempt: number;
  code: string;
  note: string;
  never: boolean;
  local: string;
  saved: string;
}

const blank = (attempt: number): Draft => ({ attempt, code: '', note: '', never: false, local: '', saved: '' });

const kept = (attempt: number): Draft => {
  try {
    const draft = JSON.parse(remembered('draft') ?? 'null') as Draft | null;
    return draft?.attempt === attempt ? { ...blank(attempt), ...draft } : blank(attempt);
  } catch {
    return blank(attempt);
  }
};

export class Typing {
  rows = $state.raw<Disposition[]>([]);
  draft = $state<Draft>(blank(-1));
  query = $state('');
  /** The family whose results have the digits now. */
  family = $state<string | null>(null);
  /** Booking a call is open. */
  booking = $state(false);
  /** The first instant the law allows, when it refused another. */
  nextLegal = $state<number | null>(null);
  problem = $state('');
  busy = $state(false);

  families = $derived(families(this.rows));
  found = $derived(search(this.rows, this.query));
  chosen = $derived(this.rows.find((row) => row.code === this.draft.code) ?? null);
  #catalogue = -1;

  /** `saved` hears of what was said of a call once the server has it. */
  constructor(private readonly saved: (attempt: number, row: Disposition | null) => void = () => undefined) {
    $effect.root(() => {
      // What a page that was loaded again brought is read before anything is kept.
      $effect(() => {
        const draft = JSON.stringify(this.draft);
        if (this.draft.attempt >= 0) carry('draft', draft);
      });
    });
  }

  /** The call that is spoken of: those typifications that were in force when it began. */
  async speakOf(attempt: number, campaign: number, catalogue: number) {
    if (this.draft.attempt !== attempt) {
      this.draft = kept(attempt);
      this.#rest();
    }
    if (this.#catalogue === catalogue) return;
    const path = { id: campaign };
    this.rows = await granted(api.GET('/api/v1/campaigns/{id}/dispositions', { params: { path, query: { catalogue } } }));
    this.#catalogue = catalogue;
  }

  /** The results that the digits from 1 on stand for. */
  get digits(): Disposition[] {
    return this.family === null ? [] : (this.families.find((family) => family.letters === this.family)?.rows ?? []);
  }

  /** A first digit opens a family and chooses its first result; a second one chooses in it. */
  digit(at: number) {
    if (this.family === null) {
      const family = this.families[at - 1];
      if (!family) return;
      this.choose(family.rows[0]);
      if (family.rows.length > 1) this.family = family.letters;
    } else if (at === 0) this.family = null;
    else if (this.digits[at - 1]) {
      this.choose(this.digits[at - 1]);
      this.family = null;
    }
  }

  choose(row: Disposition | undefined) {
    if (!row) return;
    this.draft.code = row.code;
    this.query = '';
    this.problem = '';
    this.booking = Boolean(row.call_back);
    this.nextLegal = null;
  }

  /** Opens booking: a result that promises a call is chosen unless there is one. */
  book() {
    if (!this.chosen?.call_back) {
      const row = this.rows.find((row) => row.call_back);
      if (!row) return void (this.problem = word('noCallBackCode'));
      this.choose(row);
    }
    this.booking = true;
  }

  /** Whose call it will be: the advisor's own, or anyone's. */
  by(whose: string) {
    const row = this.rows.find((row) => row.call_back === whose);
    if (row) this.choose(row);
  }

  async save(when: When = this.draft.local ? { callback_local: this.draft.local } : {}) {
    const { attempt, code, note, never } = this.draft;
    const promised = when.callback_at != null || Boolean(when.callback_local);
    this.problem = code ? '' : word('chooseFirst');
    if (this.chosen?.call_back && !promised && !never) this.problem = word('timeMissing');
    if (this.problem || this.busy) return;
    this.busy = true;
    try {
      const body = { attempt, code, note, opt_out: never, ...when };
      await granted(api.POST('/api/v1/agent/typify', { body }));
      this.draft.saved = code;
      this.#rest();
      this.saved(attempt, this.chosen);
    } catch (error) {
      const refused = error as Refused;
      this.problem = refused.message;
      this.nextLegal = refused.nextAt;
    }
    this.busy = false;
  }

  #rest() {
    this.query = '';
    this.family = null;
    this.booking = false;
    this.nextLegal = null;
    this.problem = '';
  }
}
