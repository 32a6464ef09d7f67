// SPDX-License-Identifier: Apache-2.0
// Marks on the time axis: what happened, and why.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './house.js';
import { BOND, bond, host } from './selectors.js';

const marks = (name: string, color: string, expr: string, title: string, text: string) =>
  new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .hide(false)
    .iconColor(color)
    .expr(expr)
    .step('60s')
    .titleFormat(title)
    .textFormat(text);

export const failoverNotes = () =>
  marks(
    'Failovers',
    'orange',
    `sum by (${BOND}, direction, cause) (increase(${bond('hnv_bond_failovers_total')}[$__rate_interval])) > 0`,
    '{{bond}} {{direction}}',
    'cause: {{cause}}',
  );

export const migrationNotes = () => marks('Migrations', 'blue', `${host('hnv_lpm_in_progress')} == 1`, 'Migration', '{{instance}}');
