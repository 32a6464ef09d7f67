// SPDX-License-Identifier: Apache-2.0
// What a partition of the story answers to a scrape: the state and the counts at a moment.
import { DIRECTIONS, OFF_REASONS, OUTCOMES, STATES, VERDICTS } from '../vocabulary.js';
import type { Exposition } from './exposition.js';
import { DAY, DETAIL_STEP, endOf, type Partition, type Phase, type Spell, START, STEP, WEEK } from './story.js';

const CAUSES = ['watchdog', 'lpm', 'link_down', 'link_up', 'external', 'enslaved'];
const PAUSES = ['operator', 'hcnmgr', 'dlpar', 'hcn_init', 'hook', 'identity', 'resync', 'blind'];
const FAILURES = ['permission', 'mode', 'no_bond', 'cleared', 'overridden', 'timeout'];
const RESYNCS = ['overrun', 'truncated', 'interrupted', 'audit', 'socket'];
const SOURCES = { netlink: 0.0011, sysfs: 0.0004, watchdog: 0.0002, process: 0.0001 };
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, Infinity];
const HALF_LIFE = 300;
const SRIOV_SPEED = 3_125_000_000;
const AVERAGE_TRAFFIC = 180_000_000;

/** How long the restore of a spell took. */
const restoreSeconds = (spell: Spell) => 0.0007 + (spell.at % 13) * 0.0003;

export class History {
  private readonly bond: string;
  private readonly sriov: string;
  private before = 0;
  private offBefore = 0;
  private readonly bytes = { sriov: 0, virtual: 0 };

  constructor(private readonly partition: Partition) {
    this.bond = `bond${(((partition.number + 1) * 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}`;
    this.sriov = `enP${16384 + (partition.number % 40)}p1s0`;
  }

  /** Adds the answer at `at` seconds of the week. Moments must not go back. */
  scrape(page: Exposition, at: number) {
    const { partition } = this;
    const target = { job: 'hnv', instance: `${partition.name}:10468` };
    const gone = partition.unreachableFrom !== undefined && at >= partition.unreachableFrom;
    page.add('gauge', 'up', target, gone ? 0 : 1, START + at);
    this.carry(at);
    if (gone) return;
    const gauge = (name: string, labels: Record<string, string>, value: number) =>
      page.add('gauge', name, { ...target, ...labels }, value, START + at);
    const counter = (name: string, labels: Record<string, string>, value: number) =>
      page.add('counter', name, { ...target, ...labels }, value, START + at);
    this.kernel(gauge, counter, at);
    this.failovers(gauge, counter, at);
    this.watchdog(gauge, counter, at);
    this.restores(page, target, at);
    this.exporter(gauge, counter, at);
  }

  private begun = (at: number) => this.partition.spells.filter((spell) => spell.at <= at && spell.at >= this.boot(at));
  private ended = (at: number) => this.begun(at).filter((spell) => spell.back !== undefined && endOf(spell) <= at);
  private boot = (at: number) => (this.partition.reboot !== undefined && at >= this.partition.reboot ? this.partition.reboot : 0);

  private phase(at: number): Phase | undefined {
    const spell = this.begun(at).find((candidate) => endOf(candidate) > at);
    let begin = spell?.at ?? 0;
    return spell?.phases.find((part) => at < (begin += part.seconds));
  }

  private off(at: number): Record<string, number> {
    const result: Record<string, number> = {};
    for (const spell of this.begun(at)) {
      let begin = spell.at;
      for (const part of spell.phases) {
        result[part.reason] = (result[part.reason] ?? 0) + Math.max(0, Math.min(at, begin + part.seconds) - begin);
        begin += part.seconds;
      }
    }
    return result;
  }

  /** Traffic since the last scrape: more by day, and on the device that carried it. */
  private carry(at: number) {
    const off = this.partition.spells.reduce((sum, spell) => sum + Math.max(0, Math.min(at, endOf(spell)) - spell.at), 0);
    const seconds = at - this.before;
    const share = seconds > 0 ? Math.min(1, Math.max(0, (off - this.offBefore) / seconds)) : 0;
    const day = 1 + 0.6 * Math.sin((2 * Math.PI * (at + this.partition.number * 400)) / 86_400);
    const ripple = 1 + 0.12 * Math.sin(at / 700 + this.partition.number) * Math.cos(at / 233);
    const bytes = AVERAGE_TRAFFIC * day * ripple * seconds;
    // The slow device cannot carry all of it.
    this.bytes.virtual += Math.floor(bytes * share * 0.4);
    this.bytes.sriov += Math.floor(bytes * (1 - share));
    this.before = at;
    this.offBefore = off;
  }

  private kernel(gauge: Add, counter: Add, at: number) {
    const { bond, partition } = this;
    const phase = this.phase(at);
    const stranded = phase?.state === 'paused';
    gauge('hnv_bond_up', { bond }, 1);
    gauge('hnv_bond_sriov_active', { bond }, phase ? 0 : 1);
    gauge('hnv_bond_primary_is_sriov', { bond }, stranded || phase?.link === 'away' || phase?.state === 'hold_down' ? 0 : 1);
    for (const role of ['sriov', 'virtual'] as const) {
      if (role === 'sriov' && phase?.link === 'away') continue;
      const device = role === 'sriov' ? this.sriov : 'env2';
      const labels = { bond, device, role };
      const up = role === 'virtual' || phase?.link !== 'down' ? 1 : 0;
      gauge('hnv_slave_active', labels, (role === 'sriov') === (phase === undefined) ? 1 : 0);
      gauge('hnv_slave_carrier', labels, up);
      const losses = this.begun(at).filter((spell) => spell.cause === 'link_down').length;
      counter('hnv_slave_link_failures_total', labels, role === 'sriov' ? losses : 0);
      counter('hnv_slave_receive_bytes_total', labels, this.bytes[role]);
      counter('hnv_slave_transmit_bytes_total', labels, Math.floor(this.bytes[role] * 0.7));
      if (!partition.cast) continue;
      gauge('hnv_slave_up', labels, up);
      if (role === 'sriov' && up) gauge('hnv_slave_speed_bytes', labels, SRIOV_SPEED);
      const driver = role === 'sriov' ? 'mlx5_core' : 'ibmveth';
      const location = role === 'sriov' ? 'U78D3.001.WZS0A1B-P1-C4-T1-S2' : 'U9009.22A.13C2A50-V5-C3-T0';
      gauge('hnv_slave_info', { ...labels, driver, location }, 1);
      for (const direction of ['receive', 'transmit']) {
        counter(`hnv_slave_${direction}_errors_total`, labels, 0);
        counter(`hnv_slave_${direction}_dropped_total`, labels, role === 'virtual' ? Math.floor(this.bytes.virtual / 4e6) : 0);
      }
    }
  }

  /** Values of a label that are worth a series here: all for the cast, for the others what happens to them, and one. */
  private kept(values: string[], used: string[]) {
    return this.partition.cast ? values : values.filter((value, i) => i === 0 || used.includes(value));
  }

  private failovers(gauge: Add, counter: Add, at: number) {
    const { bond, partition } = this;
    const begun = this.begun(at);
    const ended = this.ended(at);
    for (const direction of Object.keys(DIRECTIONS))
      for (const cause of this.kept(
        CAUSES,
        partition.spells.flatMap((spell) => [spell.cause, spell.back ?? '']),
      )) {
        const count =
          direction === 'to_virtual'
            ? begun.filter((spell) => spell.cause === cause).length
            : direction === 'to_sriov'
              ? ended.filter((spell) => spell.back === cause).length
              : 0;
        counter('hnv_bond_failovers_total', { bond, direction, cause }, count);
      }
    const off = this.off(at);
    const reasons = partition.spells.flatMap((spell) => spell.phases.map((part) => part.reason));
    for (const reason of this.kept(Object.keys(OFF_REASONS), reasons))
      counter('hnv_bond_off_sriov_seconds_total', { bond, reason }, off[reason] ?? 0);
    const last = Math.max(...begun.map((spell) => spell.at), ...ended.map(endOf));
    if (Number.isFinite(last)) gauge('hnv_bond_last_failover_timestamp_seconds', { bond }, START + last);
    const windows = ended.filter((spell) => spell.window);
    gauge('hnv_lpm_in_progress', {}, this.phase(at)?.state === 'lpm' ? 1 : 0);
    for (const outcome of Object.keys(OUTCOMES))
      counter('hnv_lpm_windows_total', { outcome }, windows.filter((spell) => spell.window === outcome).length);
    const lastWindow = windows.at(-1);
    if (lastWindow) gauge('hnv_lpm_last_window_seconds', {}, endOf(lastWindow) - lastWindow.at);
  }

  private watchdog(gauge: Add, counter: Add, at: number) {
    const { bond, partition } = this;
    const alive = partition.watchdogEnds === undefined || at < partition.watchdogEnds;
    const now = this.phase(at);
    gauge('hnv_watchdog_up', {}, alive ? 1 : 0);
    gauge('hnv_watchdog_info', { version: partition.version, mode: 'enforce' }, 1);
    const states = partition.spells.flatMap((spell) => spell.phases.map((part) => part.state));
    for (const state of this.kept(Object.keys(STATES), states))
      gauge('hnv_watchdog_state', { bond, state }, (now?.state ?? 'steady') === state ? 1 : 0);
    const isDead = partition.backupDeadFrom !== undefined && at >= partition.backupDeadFrom;
    for (const verdict of this.kept(Object.keys(VERDICTS), ['healthy', 'virtual_dead']))
      gauge('hnv_path_verdict', { bond, verdict }, verdict === (isDead ? 'virtual_dead' : 'healthy') ? 1 : 0);
    for (const reason of this.kept(PAUSES, [])) gauge('hnv_watchdog_paused', { bond, reason }, now?.pause === reason ? 1 : 0);
    const penalty = this.begun(at)
      .filter((spell) => spell.cause === 'link_down')
      .reduce((sum, spell) => sum + 1000 * 2 ** ((spell.at - at) / HALF_LIFE), 0);
    gauge('hnv_watchdog_penalty', { bond }, Math.round(penalty));
    gauge('hnv_watchdog_suppressed', { bond }, now?.state === 'suppressed' ? 1 : 0);
    gauge('hnv_watchdog_budget_spent', { bond }, 0);
    counter('hnv_watchdog_status_write_failures_total', {}, 0);
    const overruns = partition.overruns.filter((moment) => moment <= at).length;
    counter('hnv_link_messages_total', {}, Math.floor(at / 60) * 4 + this.begun(at).length * 12);
    counter('hnv_link_messages_lost_total', {}, overruns * 37);
    counter('hnv_link_overruns_total', {}, overruns);
    counter('hnv_link_audit_mismatches_total', {}, 0);
    for (const reason of this.kept(RESYNCS, [])) counter('hnv_link_resyncs_total', { reason }, reason === 'overrun' ? overruns : 0);
  }

  private restores(page: Exposition, target: Record<string, string>, at: number) {
    const labels = { ...target, bond: this.bond };
    const restores = this.ended(at).filter((spell) => spell.back === 'watchdog');
    const failures = this.begun(at).reduce((sum, spell) => sum + (at >= spell.at + 60 ? (spell.failures ?? 0) : 0), 0);
    const time = START + at;
    page.add('counter', 'hnv_watchdog_restore_attempts_total', labels, restores.length + failures, time);
    for (const reason of this.kept(FAILURES, []))
      page.add(
        'counter',
        'hnv_watchdog_restore_failures_total',
        { ...labels, reason },
        reason === 'overridden' ? failures : 0,
        time,
      );
    if (!this.partition.cast && !this.partition.spells.some((spell) => spell.back === 'watchdog')) return;
    const name = 'hnv_watchdog_restore_duration_seconds';
    for (const bound of BUCKETS) {
      const le = Number.isFinite(bound) ? String(bound) : '+Inf';
      page.add(
        'histogram',
        `${name}_bucket`,
        { ...labels, le },
        restores.filter((spell) => restoreSeconds(spell) <= bound).length,
        time,
      );
    }
    page.add(
      'histogram',
      `${name}_sum`,
      labels,
      restores.reduce((sum, spell) => sum + restoreSeconds(spell), 0),
      time,
    );
    page.add('histogram', `${name}_count`, labels, restores.length, time);
  }

  private exporter(gauge: Add, counter: Add, at: number) {
    const { partition } = this;
    const started = Math.max(0, this.boot(at), ...partition.restarts.filter((moment) => moment <= at));
    gauge('hnv_exporter_build_info', { version: partition.version, revision: 'a1b2c3d', compiler: 'gcc 12' }, 1);
    for (const [source, seconds] of Object.entries(SOURCES)) {
      gauge('hnv_scrape_source_success', { source }, 1);
      gauge('hnv_scrape_source_duration_seconds', { source }, seconds * (1 + 0.3 * Math.sin(at / 5000 + partition.number)));
    }
    counter('process_cpu_seconds_total', {}, Number(((at - started) * 0.0004).toFixed(2)));
    gauge('process_resident_memory_bytes', {}, 6_900_000 + (partition.number % 17) * 40_960);
    gauge('process_start_time_seconds', {}, START + started);
  }
}

type Add = (name: string, labels: Record<string, string>, value: number) => void;

/** The moments at which a partition is scraped, within [from, to): those told in detail once a minute on the last day. */
export const moments = (partition: Partition, from: number, to: number): number[] => {
  const result: number[] = [];
  for (let at = Math.ceil(from / DETAIL_STEP) * DETAIL_STEP; at < to; at += DETAIL_STEP)
    if (at % STEP === 0 || (partition.detailed && at >= WEEK - DAY)) result.push(at);
  return result;
};
