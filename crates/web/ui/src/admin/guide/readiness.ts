// From an empty installation to the first call: which steps are taken, which is next, and what stands in the way.
import type { Live } from '../../shared/api';
import type { Agent, Campaign, TrunkTest, User } from '../api';
import { gatesOf, type Plant } from '../campaigns/gates';

export type StepKey = 'trunk' | 'people' | 'base' | 'campaign' | 'law' | 'phones' | 'start' | 'call';
export interface Step {
  key: StepKey;
  /** `trouble`: something of it is there, and does not work. */
  stands: 'done' | 'todo' | 'trouble' | 'wait';
  /** What is there, or what is missing: names. */
  what: string;
  section: string;
}

export interface Installation extends Omit<Plant, 'served'> {
  campaigns: Campaign[];
  agents: Agent[];
  users: User[];
  live: Live;
  /** What the carriers said just now. */
  tests: TrunkTest[];
}

/** A call that a person answered and an advisor heard was had. */
const called = (live: Live): boolean => live.campaigns.some((campaign) => campaign.live_answers > 0);

/** Which campaign the guide speaks of: the one that is furthest. */
const first = (all: Campaign[]): Campaign | undefined => {
  const order = ['running', 'paused', 'stopped', 'finished'];
  return [...all].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
};

const trunkStep = ({ trunks, tests }: Installation): Step => {
  const usable = trunks.filter((trunk) => trunk.enabled);
  const silent = tests.filter((test) => !test.ok).map((test) => test.trunk);
  const answers = usable.some((trunk) => tests.some((test) => test.ok && test.trunk === trunk.name));
  const stands = answers ? 'done' : usable.length === 0 ? 'todo' : tests.length === 0 ? 'wait' : 'trouble';
  return { key: 'trunk', stands, what: answers || silent.length === 0 ? usable.map((trunk) => trunk.name).join(', ') : silent.join(', '), section: 'troncales' };
};

/** The steps, in the order in which they are taken. */
export const stepsOf = (now: Installation): Step[] => {
  const served = now.agents.flatMap((agent) => agent.campaigns);
  const advisors = now.agents.filter((agent) => now.users.some((user) => user.agent === agent.id));
  const bases = now.lists.filter((list) => list.contacts > 0);
  const campaign = first(now.campaigns);
  const gates = campaign ? gatesOf(campaign, { ...now, served }) : [];
  const shut = (keys: string[]) => gates.filter((gate) => keys.includes(gate.key) && !gate.open);
  const made = shut(['list', 'trunk', 'callerId']);
  const law = shut(['law', 'register']);
  const phones = now.live.agents.filter((agent) => agent.registered || agent.line_up);
  const running = now.campaigns.filter((one) => one.state === 'running');
  return [
    trunkStep(now),
    { key: 'people', stands: advisors.length ? 'done' : now.agents.length ? 'trouble' : 'todo', what: now.agents.map((agent) => agent.name).slice(0, 6).join(', '), section: 'usuarios' },
    { key: 'base', stands: bases.length ? 'done' : now.lists.length ? 'trouble' : 'todo', what: bases.map((list) => list.name).slice(0, 6).join(', '), section: 'bases' },
    { key: 'campaign', stands: !campaign ? 'todo' : made.length ? 'trouble' : 'done', what: campaign?.name ?? '', section: 'campanas' },
    { key: 'law', stands: !campaign ? 'todo' : law.length ? 'trouble' : 'done', what: law.map((gate) => gate.what).join(', ') || (campaign?.law_pack ?? ''), section: 'leyes' },
    { key: 'phones', stands: phones.length ? 'done' : 'todo', what: phones.map((agent) => agent.name).slice(0, 6).join(', '), section: 'usuarios' },
    { key: 'start', stands: running.length ? 'done' : 'todo', what: running.map((one) => one.name).join(', '), section: 'campanas' },
    { key: 'call', stands: called(now.live) ? 'done' : running.length ? 'wait' : 'todo', what: '', section: 'salud' },
  ];
};

/** The step to take now. */
export const nextOf = (steps: Step[]): Step | undefined => steps.find((step) => step.stands !== 'done');
