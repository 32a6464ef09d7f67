// SPDX-License-Identifier: Apache-2.0
// What the label values of the metrics mean, in the words and colours that every panel shares. A test compares the values with
// docs/metrics.md.

export type Word = { text: string; color: string };

/** Which slave carries the traffic, by the `role` label. `none` is no label value: no slave is active. */
export const ROLES: Record<string, Word> = {
  none: { text: 'no device', color: 'red' },
  sriov: { text: 'SR-IOV', color: 'green' },
  virtual: { text: 'virtual', color: 'orange' },
  unknown: { text: 'role unknown', color: 'purple' },
};

/**
 * Why the SR-IOV device does not carry the traffic: `reason` of hnv_bond_off_sriov_seconds_total.
 * Grafana gives the names beside bars the room of the one with most letters, which should therefore be the widest.
 */
export const OFF_REASONS: Record<string, Word> = {
  link_down: { text: 'SR-IOV link is down', color: 'red' },
  admin: { text: 'SR-IOV was taken down', color: 'dark-yellow' },
  absent: { text: 'SR-IOV device is away', color: 'dark-red' },
  lpm: { text: 'migration', color: 'blue' },
  primary_unset: { text: 'SR-IOV not primary', color: 'dark-orange' },
  hold_down: { text: 'waiting: hold-down', color: 'light-blue' },
  settling: { text: 'waiting: settling', color: 'super-light-blue' },
  suppressed: { text: 'link flaps, damped', color: 'purple' },
  paused: { text: 'watchdog is paused', color: 'yellow' },
  path_dead: { text: 'path is dead', color: 'light-red' },
  external: { text: 'somebody chose another', color: 'orange' },
  restore_failed: { text: 'restore failed', color: 'semi-dark-red' },
  observe: { text: 'observes only', color: 'light-orange' },
  unknown: { text: 'unknown', color: 'text' },
};

/** What the watchdog does about a bond: `state` of hnv_watchdog_state. */
export const STATES: Record<string, Word> = {
  steady: { text: 'steady', color: 'green' },
  on_virtual: { text: 'on virtual', color: 'orange' },
  settling: { text: 'settling', color: 'super-light-blue' },
  hold_down: { text: 'hold-down', color: 'light-blue' },
  restoring: { text: 'restoring', color: 'dark-blue' },
  backing_off: { text: 'backing off', color: 'dark-orange' },
  suppressed: { text: 'damped', color: 'purple' },
  paused: { text: 'paused', color: 'yellow' },
  lpm: { text: 'migration', color: 'blue' },
  path_dead: { text: 'path dead', color: 'light-red' },
  observing: { text: 'observing', color: 'light-green' },
  unmanaged: { text: 'unmanaged', color: 'text' },
};

/** What a prober concludes about the paths behind the slaves of a bond: `verdict` of hnv_path_verdict. */
export const VERDICTS: Record<string, Word> = {
  healthy: { text: 'both paths answer', color: 'green' },
  virtual_dead: { text: 'virtual path dead', color: 'dark-orange' },
  sriov_dead: { text: 'SR-IOV path dead', color: 'red' },
  target_dead: { text: 'target is away', color: 'yellow' },
  target_filtered: { text: 'target filters', color: 'light-yellow' },
  both_dead: { text: 'both paths dead', color: 'dark-red' },
  isolated: { text: 'ports kept apart', color: 'light-green' },
  not_judged: { text: 'not judged', color: 'text' },
};

/** Where a failover went: `direction` of hnv_bond_failovers_total. */
export const DIRECTIONS: Record<string, Word> = {
  to_virtual: { text: 'to the virtual device', color: 'orange' },
  to_sriov: { text: 'to the SR-IOV device', color: 'green' },
  to_none: { text: 'to none', color: 'red' },
  other: { text: 'other', color: 'purple' },
};

/** How a migration window ended: `outcome` of hnv_lpm_windows_total. */
export const OUTCOMES: Record<string, Word> = {
  migrated: { text: 'migrated', color: 'green' },
  returned: { text: 'returned', color: 'blue' },
  not_restored: { text: 'SR-IOV device not back', color: 'red' },
  timed_out: { text: 'timed out', color: 'dark-orange' },
};
