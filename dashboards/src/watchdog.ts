// SPDX-License-Identifier: Apache-2.0
// HNV / Watchdog: the programs themselves. Whether they run, hear everything, do what they decide, and what they cost.
import * as house from './house.js';
import { finished, frame, UIDS } from './frame.js';
import { bond, elseRow, host } from './selectors.js';
import { restores } from './shared.js';
import { STATES } from './vocabulary.js';

const inRange = (metric: string) => `sum(increase(${metric}[$__range]))`;
const finding = (vector: string, text: string) => `label_replace(${vector}, "finding", "${text}", "", "")`;

const FINDINGS: [vector: string, text: string][] = [
  [`max by (instance) (1 - ${host('up')}) > 0`, 'exporter does not answer'],
  [`max by (instance) (1 - ${host('hnv_watchdog_up')}) > 0`, 'no watchdog runs'],
  [`max by (instance) (${bond('hnv_watchdog_suppressed')}) > 0`, 'the link of the SR-IOV device flaps'],
  [
    `sum by (instance) (${bond('hnv_path_verdict', 'verdict=~"sriov_dead|virtual_dead|both_dead|target_dead"')}) > 0`,
    'nothing answers behind a link that is up',
  ],
  [`max by (instance) (${bond('hnv_watchdog_budget_spent')}) > 0`, 'traffic was brought back too often'],
  [`sum by (instance) (increase(${bond('hnv_watchdog_restore_failures_total')}[$__range])) > 0`, 'restores failed'],
  [
    `sum by (instance) (increase(${host('hnv_watchdog_status_write_failures_total')}[$__range])) > 0`,
    'status could not be written',
  ],
  [`sum by (instance) (increase(${host('hnv_link_audit_mismatches_total')}[$__range])) > 0`, 'links were otherwise than told'],
  [`max by (instance) (1 - ${host('hnv_scrape_source_success')}) > 0`, 'a source cannot be read'],
];

const now = {
  title: 'Now',
  panels: [
    house
      .number({ title: 'Watchdogs', description: 'Watchdogs that run.' })
      .withTarget(house.instant('A', `sum(${host('hnv_watchdog_up')})`, 'watchdogs'))
      .span(4),
    house
      .number({ title: 'Without a watchdog', description: 'Partitions on which no watchdog runs.' })
      .withTarget(house.instant('A', `sum(${host('hnv_watchdog_up')} == bool 0)`, 'partitions'))
      .thresholds(house.limits([1, 'orange']))
      .span(4),
    house
      .number({ title: 'Restores', description: 'How often a watchdog made the SR-IOV device primary again in the time range.' })
      .withTarget(house.instant('A', inRange(bond('hnv_watchdog_restore_attempts_total')), 'restores'))
      .span(4),
    house
      .number({ title: 'Failed restores', description: 'Restores in the time range that did not do what they should.' })
      .withTarget(house.instant('A', inRange(bond('hnv_watchdog_restore_failures_total')), 'failures'))
      .thresholds(house.limits([1, 'orange']))
      .span(4),
    house
      .number({
        title: 'Median restore',
        description:
          "From a watchdog's decision to the kernel's message that confirms it; half of the restores in the time range were faster.",
        unit: 's',
      })
      .withTarget(
        house.instant(
          'A',
          `histogram_quantile(0.5, sum by (le) (increase(${bond('hnv_watchdog_restore_duration_seconds_bucket')}[$__range])))`,
          'median',
        ),
      )
      .decimals(1)
      .noValue('no restores')
      .mappings(house.noNumber('no restores'))
      .span(4),
    house
      .number({
        title: 'Messages lost',
        description:
          'Link messages that the kernel dropped in the time range because a watchdog did not keep up. What they told was read again.',
      })
      .withTarget(house.instant('A', inRange(host('hnv_link_messages_lost_total')), 'messages'))
      .thresholds(house.limits([1, 'orange']))
      .span(4),
    house
      .list({
        title: 'What needs a look',
        description: 'Partitions whose programs do not work as they should, now or in the time range, with how often.',
      })
      .withTarget(
        house.tableQuery('A', elseRow(FINDINGS.map(([vector, text]) => finding(vector, text)).join(' or '), 'finding', 'none: all is well')),
      )
      .transformations(house.columns({ instance: 'Partition', finding: 'Finding', Value: 'Count' }, ['Time']))
      .overrideByName('Partition', [house.linkTo(UIDS.partition)])
      .overrideByName('Count', [house.property('decimals', 0), house.width(100)])
      .span(12),
    house
      .named(
        house
          .stacked({
            title: 'Bonds that are not steady',
            description: 'What the watchdogs are doing about how many bonds, leaving out those with which all is well.',
            unit: 'short',
          })
          .withTarget(
            house.range(
              'A',
              `sum by (state) (${bond('hnv_watchdog_state', 'state!="steady"')}) > 0 or sum by (state) (${bond('hnv_watchdog_state', 'state="on_virtual"')})`,
              '{{state}}',
            ),
          ),
        STATES,
      )
      .span(12),
  ],
};

const acting = {
  title: 'Acting',
  panels: [
    restores('How often the watchdogs made the SR-IOV device the primary again, and how often that failed.'),
    house
      .stacked({
        title: 'Bonds paused, by reason',
        description: 'Bonds to which the watchdogs write nothing at the moment, and why. A bond can have several reasons.',
        unit: 'short',
      })
      .withTarget(house.range('A', `sum by (reason) (${bond('hnv_watchdog_paused')})`, '{{reason}}'))
      .span(8),
    house
      .graph({
        title: 'Highest penalty',
        description:
          'How much the link that flaps most has flapped lately. Which one it is: see above, or the partitions with most failovers.',
        unit: 'short',
      })
      .withTarget(house.range('A', `max(${bond('hnv_watchdog_penalty')})`, 'highest'))
      .span(8),
  ],
};

const hearing = {
  title: 'Hearing',
  panels: [
    house
      .graph({
        title: 'Link messages',
        description: "The kernel's link messages that reached the watchdogs, per second and of all partitions together.",
        unit: 'cps',
      })
      .withTarget(house.range('A', `sum(rate(${host('hnv_link_messages_total')}[$__rate_interval]))`, 'messages'))
      .span(8),
    house
      .bars({
        title: 'Overruns and lost messages',
        description: 'How often a socket was full, and how many messages were lost by it.',
        unit: 'short',
      })
      .withTarget(house.range('A', `sum(increase(${host('hnv_link_overruns_total')}[$__rate_interval]))`, 'overruns'))
      .withTarget(house.range('B', `sum(increase(${host('hnv_link_messages_lost_total')}[$__rate_interval]))`, 'lost messages'))
      .stacking(house.unstacked())
      .span(8),
    house
      .bars({ title: 'Resyncs', description: 'How often all links were read again, and why.', unit: 'short' })
      .withTarget(house.range('A', `sum by (reason) (increase(${host('hnv_link_resyncs_total')}[$__rate_interval]))`, '{{reason}}'))
      .span(8),
  ],
};

const exporter = {
  title: 'Exporter',
  panels: [
    house
      .graph({
        title: 'Reading a source takes',
        description: 'The slowest partition for each source of a scrape.',
        unit: 's',
      })
      .withTarget(house.range('A', `max by (source) (${host('hnv_scrape_source_duration_seconds')})`, '{{source}}'))
      .span(8),
    house
      .graph({
        title: 'Memory',
        description: 'Resident memory of the exporters: half of them have less than the median.',
        unit: 'bytes',
      })
      .withTarget(house.range('A', `quantile(0.5, ${host('process_resident_memory_bytes')})`, 'median'))
      .withTarget(house.range('B', `max(${host('process_resident_memory_bytes')})`, 'most'))
      .span(8),
    house
      .graph({
        title: 'CPU',
        description: 'CPU time of the exporters, as a share of one processor: half of them take less than the median.',
        unit: 'percentunit',
      })
      .withTarget(house.range('A', `quantile(0.5, rate(${host('process_cpu_seconds_total')}[$__rate_interval]))`, 'median'))
      .withTarget(house.range('B', `max(rate(${host('process_cpu_seconds_total')}[$__rate_interval]))`, 'most'))
      .span(8),
  ],
};

export const watchdog = () =>
  finished(
    frame(
      UIDS.watchdog,
      'Watchdog',
      'The watchdogs and exporters themselves: whether they run, hear everything and do what they decide.',
      {
        from: 'now-24h',
        one: false,
      },
    ),
    [now, acting, hearing, exporter],
  );
