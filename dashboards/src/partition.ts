// SPDX-License-Identifier: Apache-2.0
// HNV / Partition: the bonds of one partition. Who carries the traffic, since when, why, and what the watchdog does about it.
import * as house from './house.js';
import { finished, frame, UIDS } from './frame.js';
import { BOND, bond, coded, host, offNow, sinceFailover } from './selectors.js';
import { failoverNotes, migrationNotes } from './annotations.js';
import { failoversByDirection, restores } from './shared.js';
import { OFF_REASONS, ROLES, STATES, VERDICTS } from './vocabulary.js';

const FIRST_STATE = 10;
const FIRST_MIGRATION = 30;
const MIGRATION = { no: { text: ' ', color: 'transparent' }, yes: { text: 'migration', color: 'blue' } };
const FIRST_PATH = 50;
const FIRST_LINK = 40;
const LINK = { down: { text: 'no carrier', color: 'red' }, up: { text: 'carrier', color: 'green' } };

const active = coded(ROLES, 0, 'hnv_slave_active', 'role');
const state = coded(STATES, FIRST_STATE, 'hnv_watchdog_state', 'state');
const path = coded(VERDICTS, FIRST_PATH, 'hnv_path_verdict', 'verdict');

const now = {
  title: 'Now',
  panels: [
    house
      .number({
        title: 'Traffic',
        description: 'Whether the SR-IOV device carries the traffic of the bond at the moment, as it should.',
      })
      .withTarget(house.instant('A', bond('hnv_bond_sriov_active'), '{{bond}}'))
      .mappings(
        house.mapping({ 0: { text: 'off SR-IOV', color: 'red', index: 0 }, 1: { text: 'on SR-IOV', color: 'green', index: 1 } }),
      )
      .colorMode(house.BACKGROUND)
      .noValue('role unknown')
      .span(4),
    house
      .named(
        house.word({ title: 'Why', description: 'What the watchdog puts the time off SR-IOV down to at the moment.' }),
        OFF_REASONS,
      )
      .withTarget(
        house.instant(
          'A',
          `topk by (${BOND}) (1, rate(${bond('hnv_bond_off_sriov_seconds_total')}[$__rate_interval]) > 0) and ${offNow}`,
          '{{reason}}',
        ),
      )
      .noValue('as it should be')
      .span(5),
    house
      .number({ title: 'Off SR-IOV since', description: 'How long the bond has been off SR-IOV; 0 when it is not.', unit: 's' })
      .withTarget(
        house.instant(
          'A',
          `(${sinceFailover}) * on (${BOND}) (${bond('hnv_bond_sriov_active')} == bool 0) or 0 * ${bond('hnv_bond_sriov_active')}`,
          '{{bond}}',
        ),
      )
      .thresholds(house.limits([1, 'orange'], [3600, 'red']))
      .decimals(1)
      .span(4),
    house
      .named(house.word({ title: 'Watchdog', description: 'What the watchdog is doing about the bond at the moment.' }), STATES)
      .withTarget(house.instant('A', `${bond('hnv_watchdog_state')} == 1`, '{{state}}'))
      .noValue('no account of it')
      .span(4),
    house
      .number({
        title: 'Primary',
        description:
          "Whether the kernel's primary is the SR-IOV device, so that the bond goes back by itself when its link is back.",
      })
      .withTarget(house.instant('A', bond('hnv_bond_primary_is_sriov'), '{{bond}}'))
      .mappings(
        house.mapping({ 0: { text: 'not SR-IOV', color: 'orange', index: 0 }, 1: { text: 'SR-IOV', color: 'green', index: 1 } }),
      )
      .noValue('role unknown')
      .span(3),
    house
      .number({ title: 'Failovers', description: 'How often the traffic went to the virtual device in the time range.' })
      .withTarget(
        house.instant(
          'A',
          `sum by (${BOND}) (increase(${bond('hnv_bond_failovers_total', 'direction="to_virtual"')}[$__range]))`,
          '{{bond}}',
        ),
      )
      .noValue('no account')
      .span(4),
    house
      .timeline({
        title: 'Who carries the traffic, and what the watchdog does',
        description:
          'The active slave of each bond, the state of the watchdog for it, and the windows of migrations. A failover that went and ' +
          'came between two scrapes is missing here; the counts below have it.',
      })
      .withTarget(house.range('A', active, '{{bond}} traffic'))
      .withTarget(house.range('B', state, '{{bond}} watchdog'))
      .withTarget(house.range('C', `${host('hnv_lpm_in_progress')} + ${FIRST_MIGRATION}`, 'migration'))
      .mappings(
        house.mapping({
          ...house.codes(ROLES),
          ...house.codes(STATES, FIRST_STATE),
          ...house.codes(MIGRATION, FIRST_MIGRATION),
        }),
      )
      .height(7)
      .span(24),
    house
      .timeline({
        title: 'What answers behind the links',
        description:
          'What a prober concludes for each bond: a path is dead when its link is up and nothing answers behind it. Empty without a prober.',
      })
      .withTarget(house.range('A', path, '{{bond}} path'))
      .mappings(house.mapping(house.codes(VERDICTS, FIRST_PATH)))
      .noValue('nobody probes')
      .height(4)
      .span(24),
  ],
};

const traffic = {
  title: 'Traffic',
  panels: [
    house
      .graph({
        title: 'Throughput of the devices',
        description: 'Bytes per second of each slave: received above the line, sent below it.',
        unit: 'Bps',
      })
      .withTarget(
        house.range('A', `rate(${bond('hnv_slave_receive_bytes_total')}[$__rate_interval])`, '{{device}} ({{role}}) received'),
      )
      .withTarget(
        house.range('B', `-rate(${bond('hnv_slave_transmit_bytes_total')}[$__rate_interval])`, '{{device}} ({{role}}) sent'),
      )
      .overrideByRegexp('/\\(sriov\\)/', [house.colour('green')])
      .overrideByRegexp('/\\(virtual\\)/', [house.colour('orange')])
      .overrideByRegexp('/ sent$/', [house.property('custom.lineStyle', { fill: 'dash', dash: [6, 4] })])
      .height(9)
      .span(16),
    house
      .graph({
        title: 'Errors and drops',
        description: 'Packets per second that a slave received or sent with an error or dropped.',
        unit: 'pps',
      })
      .withTarget(
        house.range(
          'A',
          `rate(${bond('hnv_slave_receive_errors_total')}[$__rate_interval]) + rate(${bond('hnv_slave_transmit_errors_total')}[$__rate_interval])`,
          '{{device}} errors',
        ),
      )
      .withTarget(
        house.range(
          'B',
          `rate(${bond('hnv_slave_receive_dropped_total')}[$__rate_interval]) + rate(${bond('hnv_slave_transmit_dropped_total')}[$__rate_interval])`,
          '{{device}} drops',
        ),
      )
      .height(9)
      .span(8),
  ],
};

const failovers = {
  title: 'Failovers and time off SR-IOV',
  panels: [
    house
      .named(
        house
          .stacked({
            title: 'Where the time went',
            description: 'The share of each step that the traffic was on the SR-IOV device, and why it was not for the rest.',
            unit: 'percentunit',
          })
          .withTarget(
            house.range(
              'A',
              `clamp_min(1 - avg(sum by (${BOND}) (rate(${bond('hnv_bond_off_sriov_seconds_total')}[$__rate_interval]))), 0)`,
              'on SR-IOV',
            ),
          )
          .withTarget(
            house.range(
              'B',
              `avg by (reason) (rate(${bond('hnv_bond_off_sriov_seconds_total')}[$__rate_interval])) > 0`,
              '{{reason}}',
            ),
          ),
        OFF_REASONS,
      )
      .overrideByName('on SR-IOV', [house.colour('green')])
      .max(1)
      .span(12),
    failoversByDirection(
      'Changes of the active slave, by where the traffic went. The marks on the time axis name the cause.',
    ),
    house
      .named(
        house
          .ranking({ title: 'Time off SR-IOV, by reason', description: 'In the time range, the longest first.', unit: 's' })
          .withTarget(
            house.instant(
              'A',
              `sort_desc(topk(6, sum by (reason) (increase(${bond('hnv_bond_off_sriov_seconds_total')}[$__range]))))`,
              '{{reason}}',
            ),
          ),
        OFF_REASONS,
      )
      .decimals(1)
      .height(7)
      .span(12),
    house
      .ranking({
        title: 'Failovers, by direction and cause',
        description: 'In the time range, the most frequent first.',
      })
      .withTarget(
        house.instant(
          'A',
          `sort_desc(topk(6, sum by (direction, cause) (increase(${bond('hnv_bond_failovers_total')}[$__range]))))`,
          '{{direction}}: {{cause}}',
        ),
      )
      .height(7)
      .span(12),
  ],
};

const links = {
  title: 'Links',
  panels: [
    house
      .timeline({
        title: 'Carrier of the devices',
        description: 'Whether each slave has a carrier. A gap: the device was not in the bond, as in a migration.',
      })
      .withTarget(house.range('A', `${bond('hnv_slave_carrier')} + ${FIRST_LINK}`, '{{device}} ({{role}})'))
      .mappings(house.mapping(house.codes(LINK, FIRST_LINK)))
      .height(6)
      .span(12),
    house
      .bars({
        title: 'Lost links',
        description: 'Losses of the link that the bonding driver saw, of active and backup slaves alike.',
        unit: 'short',
      })
      .withTarget(house.range('A', `increase(${bond('hnv_slave_link_failures_total')}[$__rate_interval])`, '{{device}} ({{role}})'))
      .overrideByRegexp('/\\(sriov\\)/', [house.colour('green')])
      .overrideByRegexp('/\\(virtual\\)/', [house.colour('orange')])
      .height(6)
      .span(12),
    house
      .list({
        title: 'Devices',
        description:
          'The slaves of the bonds: what they are, where they are plugged in, how fast their link is, and how often it was lost.',
      })
      .withTarget(house.tableQuery('A', `max by (instance, bond, device, role, driver, location) (${bond('hnv_slave_info')})`))
      .withTarget(house.tableQuery('B', `max by (instance, bond, device, role) (${bond('hnv_slave_up')})`))
      .withTarget(house.tableQuery('C', `max by (instance, bond, device, role) (${bond('hnv_slave_speed_bytes')} * 8)`))
      .withTarget(
        house.tableQuery(
          'D',
          `max by (instance, bond, device, role) (increase(${bond('hnv_slave_link_failures_total')}[$__range]))`,
        ),
      )
      .transformations(
        house.columns(
          {
            instance: 'Partition',
            bond: 'Bond',
            role: 'Role',
            device: 'Device',
            driver: 'Driver',
            location: 'Location',
            'Value #C': 'Speed',
            'Value #B': 'Link up',
            'Value #D': 'Lost links',
          },
          ['Time', 'Value #A'],
        ),
      )
      .overrideByName('Role', [house.wordColumn(ROLES), house.colouredText, house.width(90)])
      .overrideByName('Driver', [house.width(120)])
      .overrideByName('Location', [house.width(270)])
      .overrideByName('Speed', [house.property('unit', 'bps'), house.width(100)])
      .overrideByName('Link up', [house.yesNo, house.colouredText, house.width(90)])
      .overrideByName('Lost links', [house.property('decimals', 0), house.width(100)])
      .height(6)
      .span(24),
  ],
};

const watchdog = {
  title: 'Watchdog',
  panels: [
    house
      .graph({
        title: 'Penalty',
        description:
          'How much the link of the SR-IOV device has flapped lately: each loss that nobody planned adds to it, and it halves every few ' +
          'minutes.',
        unit: 'short',
      })
      .withTarget(house.range('A', bond('hnv_watchdog_penalty'), '{{bond}}'))
      .span(8),
    restores('How often the watchdog made the SR-IOV device the primary again, and how often that did not do what it should.'),
    house
      .graph({
        title: 'Last migration window',
        description: 'How long the last migration window was, from the first sign until all was quiet again.',
        unit: 's',
      })
      .withTarget(house.range('A', host('hnv_lpm_last_window_seconds'), '{{instance}}'))
      .noValue('no migration since boot')
      .span(8),
  ],
};

export const partition = () =>
  finished(
    frame(UIDS.partition, 'Partition', 'The bonds of one partition: who carries the traffic, since when and why.', {
      from: 'now-6h',
      one: true,
    })
      .annotation(failoverNotes())
      .annotation(migrationNotes()),
    [now, traffic, failovers, links, watchdog],
  );
