// SPDX-License-Identifier: Apache-2.0
// HNV / Fleet: thousands of partitions. Which of them run on the slow device now, for how long and why; worst first.
import * as house from './house.js';
import { finished, frame, UIDS } from './frame.js';
import { BOND, bond, elseRow, host, offNow, sinceFailover } from './selectors.js';
import { failoversByDirection } from './shared.js';
import { OFF_REASONS, OUTCOMES, STATES } from './vocabulary.js';

const NOBODY = 'none: all traffic is on SR-IOV devices';

const now = {
  title: 'Now',
  panels: [
    house
      .number({
        title: 'Bonds off SR-IOV',
        description: 'Bonds whose traffic is not on the SR-IOV device at the moment. They are in the table below.',
      })
      .withTarget(house.instant('A', `sum(${bond('hnv_bond_sriov_active')} == bool 0)`, 'bonds'))
      .thresholds(house.limits([1, 'red']))
      .colorMode(house.BACKGROUND)
      .span(4),
    house
      .number({
        title: 'Longest off SR-IOV',
        description: 'How long the bond that is worst off has not moved back; 0 when all are on SR-IOV.',
        unit: 's',
      })
      .withTarget(house.instant('A', `max(${sinceFailover} and ${offNow}) or vector(0)`, 'longest'))
      .thresholds(house.limits([300, 'orange'], [3600, 'red']))
      .span(4),
    house
      .number({
        title: 'In a migration',
        description: 'Partitions with an open migration window: their SR-IOV device is away by intention.',
      })
      .withTarget(house.instant('A', `sum(${host('hnv_lpm_in_progress')}) or vector(0)`, 'partitions'))
      .span(4),
    house
      .number({
        title: 'Without a watchdog',
        description: 'Partitions on which no watchdog runs: nobody would bring the traffic back.',
      })
      .withTarget(house.instant('A', `sum(${host('hnv_watchdog_up')} == bool 0)`, 'partitions'))
      .thresholds(house.limits([1, 'orange']))
      .span(4),
    house
      .number({
        title: 'Not answering',
        description: 'Exporters that Prometheus could not scrape: of these partitions nothing is known.',
      })
      .withTarget(house.instant('A', `sum(${host('up')} == bool 0)`, 'exporters'))
      .thresholds(house.limits([1, 'orange']))
      .span(4),
    house
      .number({ title: 'Bonds', description: 'Bonds of which one device is known to be the SR-IOV one.' })
      .withTarget(house.instant('A', `count(${bond('hnv_bond_sriov_active')})`, 'bonds'))
      .span(4),
    house
      .list({
        title: 'Off SR-IOV now, and why',
        description:
          'Bonds whose traffic is not on the SR-IOV device, the longest first. "Since" is the time since the last failover; "Why" is ' +
          'what the watchdog puts the time down to. A click on a partition opens its dashboard.',
      })
      .withTarget(
        house.tableQuery(
          'A',
          elseRow(
            `max by (instance, bond) (${sinceFailover} and ${offNow} or (${bond('hnv_bond_sriov_active')} == 0))`,
            'bond',
            NOBODY,
          ),
        ),
      )
      .withTarget(
        house.tableQuery(
          'B',
          `max by (instance, bond, reason) (topk by (${BOND}) (1, ` +
            `rate(${bond('hnv_bond_off_sriov_seconds_total')}[$__rate_interval]) > 0) and ${offNow})`,
        ),
      )
      .withTarget(house.tableQuery('C', `max by (instance, bond, state) ((${bond('hnv_watchdog_state')} == 1) and ${offNow})`))
      .withTarget(house.tableQuery('D', `max by (instance, bond) (${bond('hnv_bond_primary_is_sriov')} and ${offNow})`))
      .transformations(
        house.columns(
          {
            instance: 'Partition',
            bond: 'Bond',
            'Value #A': 'Since',
            reason: 'Why',
            state: 'Watchdog',
            'Value #D': 'Primary is SR-IOV',
          },
          ['Time', 'Value #B', 'Value #C'],
        ),
      )
      .sortBy([house.descending('Since')])
      .overrideByName('Since', [house.property('unit', 's'), house.property('decimals', 1), house.width(120)])
      .overrideByName('Why', [house.wordColumn(OFF_REASONS), house.colouredText])
      .overrideByName('Watchdog', [house.wordColumn(STATES), house.colouredText])
      .overrideByName('Primary is SR-IOV', [house.yesNo, house.colouredText, house.property('custom.align', 'left')])
      .overrideByName('Partition', [house.linkTo(UIDS.partition)])
      .height(9)
      .span(24),
  ],
};

const history = {
  title: 'In the time range',
  panels: [
    house
      .named(
        house
          .stacked({
            title: 'Bonds off SR-IOV, by reason',
            description:
              'How many bonds were off their SR-IOV device, on average over each step, and why. Also what came and went between two ' +
              'scrapes is in it.',
            unit: 'short',
          })
          .withTarget(
            house.range(
              'A',
              `sum by (reason) (rate(${bond('hnv_bond_off_sriov_seconds_total')}[$__rate_interval])) > 0 or ` +
                `sum by (reason) (rate(${bond('hnv_bond_off_sriov_seconds_total', 'reason="link_down"')}[$__rate_interval]))`,
              '{{reason}}',
            ),
          ),
        OFF_REASONS,
      )
      .span(12),
    failoversByDirection('Changes of the active slave, by where the traffic went. To the virtual device and back is two.'),
    house
      .ranking({
        title: 'Most time off SR-IOV',
        description: 'The ten partitions whose bonds were longest off their SR-IOV device in the time range, migrations included.',
        unit: 's',
      })
      .withTarget(
        house.instant(
          'A',
          `sort_desc(topk(10, sum by (instance) (increase(${bond('hnv_bond_off_sriov_seconds_total')}[$__range]))))`,
          '{{instance}}',
        ),
      )
      .decimals(1)
      .span(7),
    house
      .ranking({
        title: 'Most failovers',
        description: 'The ten partitions whose traffic went most often to the virtual device in the time range.',
      })
      .withTarget(
        house.instant(
          'A',
          `sort_desc(topk(10, sum by (instance) (increase(${bond('hnv_bond_failovers_total', 'direction="to_virtual"')}[$__range]))))`,
          '{{instance}}',
        ),
      )
      .span(7),
    house
      .named(
        house
          .ranking({
            title: 'Why off SR-IOV',
            description: 'All the time off SR-IOV in the time range, of all bonds together, by reason.',
            unit: 's',
          })
          .withTarget(
            house.instant(
              'A',
              `sort_desc(topk(8, sum by (reason) (increase(${bond('hnv_bond_off_sriov_seconds_total')}[$__range]))))`,
              '{{reason}}',
            ),
          ),
        OFF_REASONS,
      )
      .decimals(1)
      .span(10),
    house
      .named(
        house
          .bars({
            title: 'Migrations',
            description: 'Closed migration windows, by how they ended. "SR-IOV device not back" needs somebody.',
            unit: 'short',
          })
          .withTarget(
            house.range('A', `sum by (outcome) (increase(${host('hnv_lpm_windows_total')}[$__rate_interval]))`, '{{outcome}}'),
          ),
        OUTCOMES,
      )
      .span(12),
    house
      .list({ title: 'Versions', description: 'Which versions of the programs run, in which mode, on how many partitions.' })
      .withTarget(
        house.tableQuery(
          'A',
          `label_replace(count by (version) (${host('hnv_exporter_build_info')}), "program", "hnv-exporter", "", "") or ` +
            `label_replace(count by (version, mode) (${host('hnv_watchdog_info')}), "program", "hnv-watchdog", "", "")`,
        ),
      )
      .transformations(house.columns({ program: 'Program', version: 'Version', mode: 'Mode', Value: 'Partitions' }, ['Time']))
      .sortBy([house.descending('Partitions')])
      .span(12),
  ],
};

export const fleet = () =>
  finished(
    frame(UIDS.fleet, 'Fleet', 'Which partitions run on the slow device, for how long and why.', { from: 'now-24h', one: false }),
    [now, history],
  );
