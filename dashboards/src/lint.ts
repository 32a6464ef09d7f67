// SPDX-License-Identifier: Apache-2.0
// usage: lint.js PAGE PROMTOOL DASHBOARD...   PAGE is what the exporter serves; exit code 1 if anything is wrong
import { readFileSync } from 'node:fs';
import { readCatalogue } from './lint/catalogue.js';
import { dashboardProblems } from './lint/dashboard.js';
import type { Dashboard } from './lint/model.js';
import { promtoolProblems } from './lint/promtool.js';

const [page, promtool, ...paths] = process.argv.slice(2);
if (!page || !promtool || !paths.length) throw new Error('usage: lint.js PAGE PROMTOOL DASHBOARD...');
const catalogue = readCatalogue(page);
const dashboards = paths.map((path) => ({ path, model: JSON.parse(readFileSync(path, 'utf8')) as Dashboard }));
const uids = new Set(dashboards.map(({ model }) => model.uid ?? ''));
if (uids.size !== dashboards.length) console.error('two dashboards have one uid');

let count = dashboards.length - uids.size;
for (const { path, model } of dashboards)
  for (const text of [...dashboardProblems(model, catalogue, uids), ...promtoolProblems(model, promtool)]) {
    console.error(`${path}: ${text}`);
    count++;
  }
console.log(`${dashboards.length} dashboards, ${count} problems`);
process.exitCode = count ? 1 : 0;
