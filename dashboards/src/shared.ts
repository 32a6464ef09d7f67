// SPDX-License-Identifier: Apache-2.0
// Panels that stand on more than one dashboard.
import * as house from './house.js';
import { bond } from './selectors.js';
import { DIRECTIONS } from './vocabulary.js';

export const failoversByDirection = (description: string) =>
  house
    .named(
      house
        .bars({ title: 'Failovers', description, unit: 'short' })
        .withTarget(
          house.range(
            'A',
            `sum by (direction) (increase(${bond('hnv_bond_failovers_total')}[$__rate_interval]))`,
            '{{direction}}',
          ),
        ),
      DIRECTIONS,
    )
    .span(12);

export const restores = (description: string) =>
  house
    .bars({ title: 'Restores', description, unit: 'short' })
    .withTarget(house.range('A', `sum(increase(${bond('hnv_watchdog_restore_attempts_total')}[$__rate_interval]))`, 'attempts'))
    .withTarget(house.range('B', `sum(increase(${bond('hnv_watchdog_restore_failures_total')}[$__rate_interval]))`, 'failures'))
    .overrideByName('attempts', [house.colour('blue')])
    .overrideByName('failures', [house.colour('red')])
    .stacking(house.unstacked())
    .span(8);
