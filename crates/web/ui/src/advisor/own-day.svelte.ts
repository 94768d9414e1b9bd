// What this advisor did today, as the record counts it. Their own and nobody else's.
import { api, type DeskDay } from '../shared/api';

const LOOK_MS = 60_000;

export class OwnDay {
  day = $state.raw<DeskDay | null>(null);

  constructor() {
    setInterval(() => void this.look(), LOOK_MS);
  }

  look = async () => {
    const { data } = await api.GET('/api/v1/agent/day').catch(() => ({ data: undefined }));
    if (data) this.day = data;
  };
}
