// SPDX-License-Identifier: Apache-2.0
// Every query of every dashboard, asked of a real Prometheus that holds the written week.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fleet } from '../../fleet.js';
import { allPanels, type Dashboard, type Panel, type Target } from '../../lint/model.js';
import { partition } from '../../partition.js';
import { watchdog } from '../../watchdog.js';
import { Prometheus, type Sample } from '../../week/prometheus.js';
import { DAY, END, STEP } from '../../week/story.js';
import { PROMETHEUS, PROMTOOL } from '../surroundings.js';

const model = (dashboard: unknown) => JSON.parse(JSON.stringify(dashboard)) as Dashboard;
const dashboards = { fleet: model(fleet()), partition: model(partition()), watchdog: model(watchdog()) };
const folder = mkdtempSync(join(tmpdir(), 'hnv-week-'));
let prometheus: Prometheus;

type View = { instance: string; to: number };
const now: View = { instance: '.+', to: END };
/** A partition to which nothing happens in that day. */
const healthy: View = { instance: 'batch-11:10468', to: END - 3 * DAY };

before(async () => {
  const program = fileURLToPath(new URL('../../week.js', import.meta.url));
  execFileSync(process.execPath, [program, PROMTOOL, folder, '16'], { stdio: 'inherit' });
  prometheus = await Prometheus.start(PROMETHEUS, folder, `${STEP + 60}s`);
});
after(async () => {
  await prometheus?.stop();
  rmSync(folder, { recursive: true });
});

const asked = (expr: string, view: View) =>
  expr
    .replaceAll('$__rate_interval', `${4 * STEP}s`)
    .replaceAll('$__range', `${DAY}s`)
    .replaceAll('$instance', view.instance)
    .replace(/\$\w+/g, '.+');

const answer = (target: Target, view: View): Promise<Sample[]> =>
  target.instant
    ? prometheus.query(asked(target.expr!, view), view.to)
    : prometheus.range(asked(target.expr!, view), view.to - DAY, view.to, STEP);

const panelOf = (dashboard: Dashboard, title: string): Panel => {
  const found = allPanels(dashboard).find((panel) => panel.title === title);
  assert.ok(found, `no panel ${title}`);
  return found;
};
const first = async (dashboard: Dashboard, title: string, view: View) => answer(panelOf(dashboard, title).targets![0]!, view);

const saysSomethingWhenEmpty = (panel: Panel) => panel.fieldConfig?.defaults?.noValue !== undefined;

for (const [name, dashboard] of Object.entries(dashboards))
  for (const [situation, view] of Object.entries({ 'in the whole story': now, 'when all is well': healthy }))
    test(`no panel of ${name} fails or is empty ${situation}`, async () => {
      for (const panel of allPanels(dashboard).filter((candidate) => candidate.type !== 'row')) {
        let found = 0;
        for (const target of panel.targets!) found += (await answer(target, view)).length;
        assert.ok(found || saysSomethingWhenEmpty(panel), `«${panel.title}» is empty`);
      }
      for (const note of dashboard.annotations?.list ?? []) await prometheus.query(asked(note.expr!, view), view.to);
    });

const short = (row: Sample) => (row.metric['instance'] ?? '').replace(':10468', '');

test('the fleet shows who is off SR-IOV, for how long and why', async () => {
  const [since, why] = panelOf(dashboards.fleet, 'Off SR-IOV now, and why').targets!;
  const rows = new Map((await answer(since!, now)).map((row) => [short(row), row.value]));
  assert.deepEqual([...rows.keys()].sort(), ['card-auth-02', 'core-app-07', 'pay-db-03', 'web-21']);
  assert.equal(rows.get('core-app-07'), 41 * 60);
  const reasons = Object.fromEntries((await answer(why!, now)).map((row) => [short(row), row.metric['reason']]));
  assert.deepEqual(reasons, { 'card-auth-02': 'lpm', 'core-app-07': 'link_down', 'pay-db-03': 'paused', 'web-21': 'suppressed' });
  assert.equal((await first(dashboards.fleet, 'Bonds off SR-IOV', now))[0]!.value, 4);
  assert.equal((await first(dashboards.fleet, 'Without a watchdog', now))[0]!.value, 1);
  assert.equal((await first(dashboards.fleet, 'Not answering', now))[0]!.value, 1);
  assert.equal((await first(dashboards.fleet, 'In a migration', now))[0]!.value, 1);
});

test('the fleet says so when nobody is off SR-IOV', async () => {
  const rows = await first(dashboards.fleet, 'Off SR-IOV now, and why', healthy);
  assert.deepEqual(
    rows.map((row) => [row.metric['bond'], row.metric['instance']]),
    [['none: all traffic is on SR-IOV devices', undefined]],
    'a partition is a link, and this is none',
  );
  for (const title of ['Bonds off SR-IOV', 'Longest off SR-IOV', 'Without a watchdog', 'Not answering'])
    assert.equal((await first(dashboards.fleet, title, healthy))[0]!.value, 0, title);
});

test('the partition tells since when it is stranded, and why', async () => {
  const view = { instance: 'pay-db-03:10468', to: END };
  assert.equal((await first(dashboards.partition, 'Traffic', view))[0]!.value, 0);
  assert.equal((await first(dashboards.partition, 'Why', view))[0]!.metric['reason'], 'paused');
  assert.equal((await first(dashboards.partition, 'Off SR-IOV since', view))[0]!.value, (4 * 60 + 48) * 60);
  // Three flaps that were repaired, the one that stranded it, and a migration; an increase is an extrapolation.
  assert.equal(Math.round((await first(dashboards.partition, 'Failovers', view))[0]!.value), 5);
});

test('the time line of a partition has a code for each state', async () => {
  const [traffic, doing, migration] = panelOf(dashboards.partition, 'Who carries the traffic, and what the watchdog does').targets!;
  const code = async (target: Target, to: number) =>
    (await prometheus.query(asked(target.expr!, { instance: 'pay-db-03:10468', to }), to))[0]?.value;
  const words = panelOf(dashboards.partition, 'Who carries the traffic, and what the watchdog does').fieldConfig!.defaults!
    .mappings as [{ options: Record<string, { text: string }> }];
  const told = async (to: number) =>
    Promise.all(
      [traffic!, doing!, migration!].map(async (target) => words[0].options[String(await code(target, to))]?.text.trim()),
    );
  assert.deepEqual(await told(END), ['virtual', 'paused', '']);
  assert.deepEqual(await told(END - 3 * DAY), ['SR-IOV', 'steady', '']);
  assert.deepEqual(await told(END - 8 * 3600 + 300), ['virtual', 'migration', 'migration']);
});

test('the watchdogs that need a look are named with what is wrong', async () => {
  const rows = await first(dashboards.watchdog, 'What needs a look', now);
  assert.deepEqual(rows.map((row) => `${short(row)} ${row.metric['finding']}`).sort(), [
    'batch-11 no watchdog runs',
    'mq-04 exporter does not answer',
    'mq-09 nothing answers behind a link that is up',
    'sap-20 restores failed',
    'web-21 the link of the SR-IOV device flaps',
  ]);
});
