// SPDX-License-Identifier: Apache-2.0
// What the dashboards have in common: variables, links, time, and one number for each panel.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './house.js';

export const UIDS = { fleet: 'hnv-fleet', partition: 'hnv-partition', watchdog: 'hnv-watchdog' };

type Panel = { build(): dashboard.Panel; id(id: number): unknown };
/** A row of panels under a heading. */
export type Row = { title: string; panels: Panel[] };

const query = (name: string, label: string, expression: string) =>
  new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query: expression, refId: `variable-${name}`, qryType: 1 })
    .definition(expression)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true);

const all = (variable: dashboard.QueryVariableBuilder) =>
  variable
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });

/** `one`: begin with the first partition instead of with all. */
const variables = (one: boolean) => {
  const instance = query('instance', 'Partition', 'label_values(hnv_bond_up{job=~"$job"}, instance)');
  return [
    new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    all(query('job', 'Job', 'label_values(hnv_bond_up, job)')),
    one ? instance : all(instance),
    all(query('bond', 'Bond', 'label_values(hnv_bond_up{job=~"$job", instance=~"$instance"}, bond)')),
  ];
};

/** A link that keeps the time and, where `keep`, what is chosen. */
const link = (title: string, uid: string, tooltip: string, keep: boolean) =>
  new dashboard.DashboardLinkBuilder(title)
    .type(dashboard.DashboardLinkType.Link)
    .icon('dashboard')
    .url(`/d/${uid}`)
    .tooltip(tooltip)
    .keepTime(true)
    .includeVars(keep);

/** `kept`: from which dashboards the choice is taken along. One partition is no fleet, and a fleet no partition. */
const LINKS: { uid: string; title: string; tooltip: string; kept: string[] }[] = [
  { uid: UIDS.fleet, title: 'Fleet', tooltip: 'All partitions: which are off SR-IOV, worst first', kept: [] },
  { uid: UIDS.partition, title: 'Partition', tooltip: 'One partition: who carries the traffic, and why', kept: [UIDS.watchdog] },
  { uid: UIDS.watchdog, title: 'Watchdog', tooltip: 'The watchdogs and exporters themselves', kept: [UIDS.fleet, UIDS.partition] },
];

export const frame = (uid: string, title: string, description: string, options: { from: string; one: boolean }) => {
  const result = new dashboard.DashboardBuilder(`HNV / ${title}`)
    .uid(uid)
    .description(description)
    .tags(['hnv', 'bonding', 'network'])
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .timezone('browser')
    .refresh('1m')
    .time({ from: options.from, to: 'now' })
    .variables(variables(options.one));
  for (const to of LINKS) if (to.uid !== uid) result.link(link(to.title, to.uid, to.tooltip, to.kept.includes(uid)));
  return result;
};

/** The finished model: rows under each other, each panel with a number of its own. */
export const finished = (result: dashboard.DashboardBuilder, rows: Row[]): dashboard.Dashboard => {
  let id = 0;
  for (const row of rows) {
    result.withRow(new dashboard.RowBuilder(row.title).id(++id));
    for (const panel of row.panels) {
      panel.id(++id);
      result.withPanel(panel);
    }
  }
  const model = result.build();
  // The SDK puts links and annotations into a menu, where nobody looks for them.
  for (const part of [...(model.links ?? []), ...(model.annotations?.list ?? [])]) delete part.placement;
  return model;
};
