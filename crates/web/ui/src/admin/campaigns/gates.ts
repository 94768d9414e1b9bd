// What must be so before a campaign calls anybody, of itself and of the law: the same that the server asks at the start,
// told before it is asked.
import type { Live } from '../../shared/api';
import type { Campaign, ContactList, LawPack, Register, Trunk } from '../api';

export type GateKey = 'list' | 'empty' | 'trunk' | 'callerId' | 'law' | 'register' | 'advisors';
export interface CampaignGate {
  key: GateKey;
  open: boolean;
  /** What it is about: names of lists, trunks, registers. */
  what: string;
  /** The section where it is seen to. */
  section: string;
}

export interface Plant {
  trunks: Trunk[];
  lists: ContactList[];
  packs: LawPack[];
  registers: Register[];
  /** Names of campaigns that somebody takes calls for. */
  served: string[];
  live?: Live;
}

/** Addresses of this machine, which no call leaves. */
const isLoopback = (host: string): boolean => host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** Registers that keep a campaign under this pack from calling. */
const missing = (pack: LawPack | undefined, registers: Register[]): string[] =>
  pack === undefined
    ? []
    : registers
        .filter((register) => register.demanded_by.some((demand) => !demand.may_call && demand.pack.split('@')[0] === pack.id))
        .map((register) => register.register);

/** Each gate, whether it is open; the server's own word is asked when the campaign is started. */
export const gatesOf = (campaign: Campaign, plant: Plant): CampaignGate[] => {
  const lists = plant.lists.filter((list) => campaign.lists?.includes(list.name));
  const pack = plant.packs.find((one) => one.id === campaign.law_pack);
  const real = plant.trunks.filter((trunk) => !isLoopback(trunk.host)).map((trunk) => trunk.name);
  const late = missing(pack, plant.registers);
  const usable = plant.trunks.filter((trunk) => trunk.enabled && campaign.trunks?.includes(trunk.name));
  return [
    { key: 'list', open: lists.length > 0, what: campaign.lists?.join(', ') ?? '', section: 'campanas' },
    { key: 'empty', open: lists.some((list) => list.contacts > 0), what: lists.map((list) => list.name).join(', '), section: 'bases' },
    { key: 'trunk', open: usable.length > 0 || Boolean(campaign.routes), what: campaign.routes || (campaign.trunks?.join(', ') ?? ''), section: 'troncales' },
    { key: 'callerId', open: (campaign.caller_ids?.length ?? 0) > 0, what: campaign.caller_ids?.join(', ') ?? '', section: 'campanas' },
    { key: 'law', open: pack !== undefined && !(pack.loopback_only && real.length > 0), what: pack?.loopback_only ? real.join(', ') : (pack?.name ?? ''), section: 'leyes' },
    { key: 'register', open: late.length === 0, what: late.join(', '), section: 'leyes' },
    { key: 'advisors', open: plant.served.includes(campaign.name ?? ''), what: '', section: 'usuarios' },
  ];
};
