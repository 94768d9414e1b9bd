// The sales of this advisor that want something of them, and the sheet that is open. What is written in a sheet is the
// affair of `sheet.svelte.ts`, which is loaded when one is opened.
import { api, type Sale } from '../shared/api';
import { carry, remembered } from '../shared/prefs';

const LOOK_MS = 300_000;
/** Stages at which a sale waits for its advisor, where something of it is missing. */
const STAGES = 'aceptada,en_validacion,devuelta_asesor';

/** Whose sheet it is. */
export interface SheetOf {
  attempt: number;
  campaign: number;
  /** None: the call is not typified yet. */
  sale: number | null;
  name: string;
}

const wants = (sale: Sale) => !sale.has_sheet || (sale.missing_evidence?.length ?? 0) > 0 || sale.stage === 'devuelta_asesor';

const kept = (): SheetOf | null => {
  try {
    return JSON.parse(remembered('sheet') ?? 'null') as SheetOf | null;
  } catch {
    return null;
  }
};

export class SaleDesk {
  /** Those that want something. */
  pending = $state.raw<Sale[]>([]);
  sheet = $state.raw<SheetOf | null>(kept());
  /** The call that was typified last: its sale is there from then on. */
  typified = $state<number | null>(null);

  constructor() {
    void this.look();
    setInterval(() => void this.look(), LOOK_MS);
  }

  look = async () => {
    const query = { stage: STAGES, limit: 1000 };
    const { data } = await api.GET('/api/v1/sales', { params: { query } }).catch(() => ({ data: undefined }));
    if (data) this.pending = data.sales.filter(wants);
  };

  open = (of: SheetOf) => {
    this.sheet = of;
    carry('sheet', JSON.stringify(of));
  };

  close = () => {
    this.sheet = null;
    carry('sheet', null);
  };
}
