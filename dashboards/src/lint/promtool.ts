// SPDX-License-Identifier: Apache-2.0
// A second opinion on the queries: Prometheus' own parser, by way of a file of rules.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filled } from './expression.js';
import { allPanels, type Dashboard } from './model.js';

const expressions = (dashboard: Dashboard) => [
  ...allPanels(dashboard).flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({ where: `«${panel.title}»: query ${target.refId}`, expr: target.expr ?? '' })),
  ),
  ...(dashboard.annotations?.list ?? []).map((note) => ({ where: `annotation ${note.name}`, expr: note.expr ?? '' })),
];

export const promtoolProblems = (dashboard: Dashboard, promtool: string): string[] => {
  const queries = expressions(dashboard);
  const folder = mkdtempSync(join(tmpdir(), 'hnv-lint-'));
  const rules = queries.map(({ expr }, i) => ({ record: `query:${i}`, expr: filled(expr) }));
  try {
    // JSON is YAML.
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    execFileSync(promtool, ['check', 'rules', '--lint=none', join(folder, 'rules.yml')], { stdio: 'pipe' });
    return [];
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error);
    const found = [...said.matchAll(/rule (\d+), "query:\d+": (.*)/g)].map(
      ([, number, text]) => `${queries[Number(number) - 1]?.where ?? 'a query'}: promtool: ${text}`,
    );
    return found.length ? found : [`promtool: ${said}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
};
