// SPDX-License-Identifier: Apache-2.0
// The lint finds each kind of fault, planted into a dashboard that has none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCatalogue } from '../lint/catalogue.js';
import { dashboardProblems } from '../lint/dashboard.js';
import type { Dashboard, Panel } from '../lint/model.js';
import { promtoolProblems } from '../lint/promtool.js';
import { partition } from '../partition.js';
import { PAGE, PROMTOOL } from './surroundings.js';

const catalogue = readCatalogue(PAGE);
const uids = new Set(['hnv-fleet', 'hnv-partition', 'hnv-watchdog']);
const sound = () => JSON.parse(JSON.stringify(partition())) as Dashboard;
const problems = (dashboard: Dashboard) => dashboardProblems(dashboard, catalogue, uids);

const panel = (dashboard: Dashboard, title: string): Panel => {
  const found = dashboard.panels.find((candidate) => candidate.title === title);
  assert.ok(found, `no panel ${title}`);
  return found;
};
const query = (title: string, change: (expr: string) => string) => (dashboard: Dashboard) => {
  const target = panel(dashboard, title).targets![0]!;
  const changed = change(target.expr!);
  assert.notEqual(changed, target.expr, 'the fault was not planted');
  target.expr = changed;
};
const replaced = (title: string, from: string, to: string) => query(title, (expr) => expr.split(from).join(to));
const variable = (dashboard: Dashboard, name: string) => dashboard.templating!.list!.find((candidate) => candidate.name === name)!;

const faults: [name: string, plant: (dashboard: Dashboard) => void, expected: RegExp][] = [
  [
    'an unknown metric',
    replaced('Penalty', 'hnv_watchdog_penalty', 'hnv_watchdog_penalties'),
    /«Penalty».*hnv_watchdog_penalties is not one/,
  ],
  ['a label that the metric has not', replaced('Penalty', 'bond=~', 'role="sriov", bond=~'), /has no label role/],
  [
    'a value that the label never has',
    replaced('Failovers', 'direction="to_virtual"', 'direction="to_virtuel"'),
    /never "to_virtuel"/,
  ],
  ['grouping by an unknown label', replaced('Restores', 'sum(', 'sum by (cause) ('), /label cause to group by/],
  [
    'a counter without rate()',
    query('Restores', () => 'sum(hnv_watchdog_restore_attempts_total{job=~"$job", instance=~"$instance", bond=~"$bond"})'),
    /counter hnv_watchdog_restore_attempts_total outside/,
  ],
  ['rate() of a gauge', query('Penalty', (expr) => `rate(${expr}[$__rate_interval])`), /rate\(\) of hnv_watchdog_penalty/],
  ['a fixed window', replaced('Throughput of the devices', '$__rate_interval', '5m'), /fixed window \[5m\]/],
  ['an undeclared variable', replaced('Penalty', '$bond', '$bnd'), /variable \$bnd is not declared/],
  ['a query without the job', replaced('Penalty', 'job=~"$job", ', ''), /hnv_watchdog_penalty without job/],
  ['a query without the partition', replaced('Penalty', 'instance=~"$instance", ', ''), /without instance/],
  ['a query without the bond', replaced('Penalty', ', bond=~"$bond"', ''), /without bond/],
  ['no PromQL', query('Penalty', (expr) => `sum(${expr}`), /no PromQL/],
  ['an unknown unit', (d) => (panel(d, 'Penalty').fieldConfig!.defaults!.unit = 'byts'), /«Penalty».*unit "byts"/],
  [
    'an unknown unit of a column',
    (d) => panel(d, 'Devices').fieldConfig!.overrides![1]!.properties.push({ id: 'unit', value: 'bitz' }),
    /unit "bitz"/,
  ],
  [
    'a fixed datasource of a panel',
    (d) => (panel(d, 'Penalty').datasource = { type: 'prometheus', uid: 'P1' }),
    /«Penalty»: datasource/,
  ],
  [
    'a fixed datasource of a query',
    (d) => (panel(d, 'Penalty').targets![0]!.datasource = { type: 'prometheus', uid: 'P1' }),
    /query A: datasource/,
  ],
  ['a fixed datasource of a variable', (d) => (variable(d, 'bond').datasource = { uid: 'P1' }), /variable bond: datasource/],
  [
    'a fixed datasource of an annotation',
    (d) => (d.annotations!.list![0]!.datasource = { uid: 'P1' }),
    /annotation Failovers: datasource/,
  ],
  [
    'an unknown metric of an annotation',
    (d) => (d.annotations!.list![0]!.expr = 'hnv_gone{job=~"$job", instance=~"$instance"}'),
    /annotation Failovers: metric hnv_gone/,
  ],
  ['panels on each other', (d) => (panel(d, 'Penalty').gridPos = panel(d, 'Devices').gridPos), /«Penalty»: overlaps «Devices»/],
  ['a panel beyond the edge', (d) => (panel(d, 'Penalty').gridPos!.x = 20), /«Penalty»: is not within the 24/],
  ['an id twice', (d) => (panel(d, 'Penalty').id = panel(d, 'Devices').id!), /has the id \d+ of another/],
  ['no id', (d) => delete panel(d, 'Penalty').id, /«Penalty»: has no id/],
  ['a refId twice', (d) => (panel(d, 'Restores').targets![1]!.refId = 'A'), /refId is missing or that of another/],
  ['no description', (d) => (panel(d, 'Penalty').description = ' '), /«Penalty»: has no description/],
  ['no title', (d) => (panel(d, 'Penalty').title = ''), /has no title/],
  ['no legend', (d) => delete panel(d, 'Penalty').targets![0]!.legendFormat, /has no legend/],
  ['no query', (d) => (panel(d, 'Penalty').targets = []), /«Penalty»: has no query/],
  ['a panel type that nobody can preview', (d) => (panel(d, 'Penalty').type = 'grpah'), /panel type grpah/],
  ['a variable that is missing', (d) => d.templating!.list!.pop(), /variable bond is missing/],
  ['a variable that stays at what it was', (d) => (variable(d, 'bond').refresh = 1), /refresh 2/],
  ['a variable with one value', (d) => (variable(d, 'bond').multi = false), /\(multi\)/],
  ['an All that lists every value', (d) => delete variable(d, 'bond').allValue, /"All" is not/],
  [
    'a variable over an unknown metric',
    (d) => (variable(d, 'bond').query = 'label_values(hnv_gone, bond)'),
    /variable bond: metric hnv_gone/,
  ],
  ['a variable over an unknown label', (d) => (variable(d, 'bond').query = 'label_values(hnv_bond_up, bnd)'), /has no label bnd/],
  ['another data source variable', (d) => (variable(d, 'datasource').query = 'loki'), /the one data source/],
  ['a link to nowhere', (d) => (d.links![0]!.url = '/d/hnv-float'), /no dashboard at/],
  ["a server's id", (d) => (d.id = 7), /id is set/],
  ["a server's version", (d) => (d.version = 7), /version is set/],
  ['an editable dashboard', (d) => (d.editable = true), /is editable/],
  ['a uid that is too long', (d) => (d.uid = 'x'.repeat(41)), /uid is missing or longer/],
  ['no tags', (d) => (d.tags = []), /tags are missing/],
  ['inputs', (d) => (d.__inputs = [{}]), /__inputs/],
];

test('a sound dashboard has no problem', () => {
  assert.deepEqual(problems(sound()), []);
});

for (const [name, plant, expected] of faults)
  test(`finds ${name}`, () => {
    const dashboard = sound();
    plant(dashboard);
    const found = problems(dashboard);
    assert.ok(
      found.some((text) => expected.test(text)),
      `wanted ${expected}, found: ${found.join('; ') || 'nothing'}`,
    );
  });

test('Prometheus itself reads every query, and says which it cannot', () => {
  const dashboard = sound();
  assert.deepEqual(promtoolProblems(dashboard, PROMTOOL), []);
  // A type error that a grammar alone does not see.
  panel(dashboard, 'Penalty').targets![0]!.expr = 'rate(vector(1))';
  assert.match(promtoolProblems(dashboard, PROMTOOL).join(), /«Penalty»: query A: promtool/);
});
