// SPDX-License-Identifier: Apache-2.0
// A week of 200 partitions, written: what happened to which of them, in seconds since the week began. The same every time.

export const DAY = 86_400;
export const WEEK = 7 * DAY;
/** When the week ends; a fixed moment, so that pictures do not change. */
export const END = Date.UTC(2026, 10, 20, 16) / 1000;
export const START = END - WEEK;
export const PARTITIONS = 200;
/** Seconds between two scrapes, and between two of a partition that is told in detail. */
export const STEP = 1800;
export const DETAIL_STEP = 60;

const MINUTE = 60;
const HOUR = 3600;

/** A part of a time off SR-IOV with one reason. `link`: how the SR-IOV device is meanwhile. */
export type Phase = { reason: string; state: string; seconds: number; link: 'up' | 'down' | 'away'; pause?: string };
/** A time off SR-IOV: why it began and what ended it. Without `back` it lasts beyond the week. */
export type Spell = { at: number; cause: string; phases: Phase[]; back?: string; window?: string; failures?: number };
export type Partition = {
  name: string;
  number: number;
  spells: Spell[];
  /** Has a role in the story, so that all its series are there. */
  cast: boolean;
  /** ... and its last day is told minute by minute. */
  detailed: boolean;
  version: string;
  watchdogEnds?: number;
  unreachableFrom?: number;
  /** Nothing answers any more behind the virtual device. */
  backupDeadFrom?: number;
  restarts: number[];
  reboot?: number;
  overruns: number[];
};

const forever = WEEK;

const phase = (reason: string, state: string, seconds: number, link: Phase['link'], pause?: string): Phase => ({
  reason,
  state,
  seconds,
  link,
  ...(pause ? { pause } : {}),
});
const down = (seconds: number) => phase('link_down', 'on_virtual', seconds, 'down');

/** The link goes and comes; the primary is set, so the kernel goes back by itself. */
const flap = (at: number, seconds: number): Spell => ({ at, cause: 'link_down', phases: [down(seconds)], back: 'link_up' });

/** The same with a primary that somebody has cleared: the watchdog brings the traffic back. */
const strandedFlap = (at: number, seconds: number): Spell => ({
  at,
  cause: 'link_down',
  phases: [down(seconds), phase('hold_down', 'hold_down', 10, 'up')],
  back: 'watchdog',
});

const migration = (at: number, seconds: number, outcome = 'migrated'): Spell => ({
  at,
  cause: 'lpm',
  phases: [phase('lpm', 'lpm', seconds, 'away')],
  back: outcome === 'migrated' ? 'lpm' : 'enslaved',
  window: outcome,
});

/** Somebody else moves the traffic away again and again until the watchdog wins. */
const contest = (at: number, seconds: number): Spell => ({
  at,
  cause: 'external',
  phases: [phase('external', 'hold_down', 10, 'up'), phase('restore_failed', 'backing_off', seconds, 'up')],
  back: 'watchdog',
  failures: 3,
});

/** A generator of numbers in [0, 1) that gives the same for the same seed. */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
};

const GROUPS = ['batch', 'card-auth', 'core-app', 'mq', 'pay-db', 'risk', 'sap', 'web'];

const ordinary = (number: number): Partition => {
  const next = random(number);
  const spells: Spell[] = [];
  // Two of three partitions see no failover in a week; the ports of some switches are worse than others.
  const flaps = next() < 0.66 ? 0 : 1 + Math.floor(next() * 4);
  for (let i = 0; i < flaps; i++) {
    const at = Math.floor(next() * (WEEK - 2 * HOUR));
    const seconds = 2 + Math.floor(next() * 40);
    spells.push(next() < 0.3 ? strandedFlap(at, seconds) : flap(at, seconds));
  }
  if (next() < 0.1) spells.push(migration(Math.floor(4 * DAY + next() * 6 * HOUR), 90 + Math.floor(next() * 200)));
  return {
    name: `${GROUPS[number % GROUPS.length]}-${String(1 + Math.floor(number / GROUPS.length)).padStart(2, '0')}`,
    number,
    spells,
    cast: false,
    detailed: false,
    version: number % 9 === 4 ? '0.0.9' : '0.1.0',
    restarts: number % 9 === 4 ? [] : [3 * DAY + number * 30],
    overruns: [],
  };
};

/** What happened to those that the dashboards are to find. */
const roles: Record<string, (partition: Partition) => void> = {
  // Flaps that are repaired, a migration; then somebody pauses the watchdog for maintenance and forgets it.
  'pay-db-03': (p) => {
    p.detailed = true;
    p.spells = [
      flap(2 * DAY + 5 * HOUR, 31),
      strandedFlap(WEEK - 20 * HOUR + 137, 25),
      strandedFlap(WEEK - 11 * HOUR + 137, 140),
      migration(WEEK - 8 * HOUR + 137, 9 * MINUTE),
      flap(WEEK - 6 * HOUR - 20 * MINUTE + 77, 75),
      {
        at: WEEK - 4 * HOUR - 48 * MINUTE,
        cause: 'link_down',
        phases: [down(95), phase('paused', 'paused', forever, 'up', 'operator')],
      },
    ];
  },
  'core-app-07': (p) => p.spells.push({ at: WEEK - 41 * MINUTE, cause: 'link_down', phases: [down(forever)] }),
  'card-auth-02': (p) =>
    p.spells.push({ at: WEEK - 4 * MINUTE, cause: 'lpm', phases: [phase('lpm', 'lpm', forever, 'away')], window: 'open' }),
  // A cable that is about to break: three flaps an hour, then the watchdog damps them.
  'web-21': (p) => {
    p.detailed = true;
    p.spells = Array.from({ length: 40 }, (_, i) => flap(WEEK - 15 * HOUR + i * 20 * MINUTE + ((i * 97) % 600), 4 + ((i * 7) % 9)));
    p.spells.push({
      at: WEEK - 19 * MINUTE,
      cause: 'link_down',
      phases: [down(6), phase('suppressed', 'suppressed', forever, 'up')],
    });
  },
  'batch-11': (p) => (p.watchdogEnds = WEEK - 2 * HOUR),
  'mq-04': (p) => (p.unreachableFrom = WEEK - 50 * MINUTE),
  'sap-12': (p) => p.spells.push(migration(5 * DAY + 3 * HOUR, 40 * MINUTE, 'not_restored')),
  'sap-20': (p) => p.spells.push(contest(WEEK - 9 * HOUR, 14 * MINUTE)),
  // A switch port of the virtual device's adapter is in the wrong VLAN since a change.
  'mq-09': (p) => (p.backupDeadFrom = WEEK - 26 * HOUR),
  'risk-05': (p) => (p.overruns = [4 * DAY, WEEK - 10 * HOUR]),
  'risk-09': (p) => (p.reboot = 4 * DAY + 2 * HOUR),
};

const length = (spell: Spell) => spell.phases.reduce((sum, part) => sum + part.seconds, 0);
export const endOf = (spell: Spell) => spell.at + length(spell);

/** The partitions, those with a role first; `count` of them. */
export const story = (count = PARTITIONS): Partition[] => {
  const all = Array.from({ length: PARTITIONS }, (_, number) => ordinary(number));
  for (const partition of all) {
    const role = roles[partition.name];
    partition.cast = role !== undefined;
    role?.(partition);
    partition.spells.sort((a, b) => a.at - b.at);
    // A spell that would begin within another one did not happen.
    partition.spells = partition.spells.filter((spell, i, spells) => spells.slice(0, i).every((other) => endOf(other) < spell.at));
  }
  return all.sort((a, b) => Number(b.cast) - Number(a.cast)).slice(0, count);
};
