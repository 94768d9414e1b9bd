// What the desk asks of the API, by name.
import { api, granted, type Live } from '../shared/api';
import type { components } from '../shared/wire';

export type Schemas = components['schemas'];
export type Agent = Schemas['Agent'];
export type Campaign = Schemas['Campaign'];
export type CampaignForm = Schemas['CampaignForm'];
export type ContactList = Schemas['ContactList'];
export type LawPack = Schemas['LawPack'];
export type Register = Schemas['Register'];
export type Trunk = Schemas['Trunk'];
export type TrunkTest = Schemas['TrunkTest'];
export type TrunkForm = Schemas['TrunkForm'];
export type User = Schemas['User'];

export const allAgents = () => granted(api.GET('/api/v1/agents'));
export const allCampaigns = () => granted(api.GET('/api/v1/campaigns'));
export const allLists = () => granted(api.GET('/api/v1/lists'));
export const allPacks = () => granted(api.GET('/api/v1/law-packs'));
export const allRegisters = () => granted(api.GET('/api/v1/registers'));
export const allTrunks = () => granted(api.GET('/api/v1/trunks'));
export const allUsers = () => granted(api.GET('/api/v1/users'));
export const floorNow = (): Promise<Live> => granted(api.GET('/api/v1/floor'));
export const testTrunk = (id: number) => granted(api.POST('/api/v1/trunks/{id}/test', { params: { path: { id } } }));
export const path = (id: number) => ({ params: { path: { id } } });

/** A form with what is set in it and nothing else: what is left out stays as it is. */
export const part = <T>(form: Partial<T>): T => form as T;

/** What was written, without empty lines. */
export const filledLines = (lines: string[]): string[] => lines.map((line) => line.trim()).filter(Boolean);
