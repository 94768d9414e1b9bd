// Who is in the office, which campaigns there are, and which one is looked at.
import { api, granted, type Session } from '../shared/api';
import type { components } from '../shared/wire';
import { keep, kept } from '../shared/prefs';
import { route } from './route.svelte';

export type SaleCampaign = components['schemas']['SaleCampaign'];

export class Office {
  campaigns = $state.raw<SaleCampaign[]>([]);
  #kept = $state(kept('campaign'));

  constructor(readonly session: Session) {}

  read = async (): Promise<SaleCampaign[]> => (this.campaigns = await granted(api.GET('/api/v1/sales/campaigns')));

  /** The one that the address names, else the one of before, else the first. */
  get campaign(): SaleCampaign | undefined {
    const named = (id: string | null) => this.campaigns.find((campaign) => String(campaign.id) === id);
    return named(route.here.chosen.get('campaign')) ?? named(this.#kept) ?? this.campaigns[0];
  }

  look(id: string): void {
    this.#kept = id;
    keep('campaign', id);
    route.choose({ campaign: id });
  }

  named(name: string): SaleCampaign | undefined {
    return this.campaigns.find((campaign) => campaign.name === name);
  }

  may(...roles: Session['role'][]): boolean {
    return roles.includes(this.session.role);
  }
}
