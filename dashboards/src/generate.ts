// SPDX-License-Identifier: Apache-2.0
// usage: generate.js FOLDER             write the dashboards into FOLDER
//        generate.js --compare FOLDER   exit code 1, and which, if FOLDER has others
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fleet } from './fleet.js';
import { partition } from './partition.js';
import { watchdog } from './watchdog.js';

const dashboards: Record<string, () => unknown> = { fleet, partition, watchdog };
const compare = process.argv[2] === '--compare';
const folder = process.argv[compare ? 3 : 2];
if (!folder) throw new Error('usage: generate.js [--compare] FOLDER');

const present = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

for (const [name, dashboard] of Object.entries(dashboards)) {
  const path = join(folder, `${name}.json`);
  const text = `${JSON.stringify(dashboard(), null, 2)}\n`;
  if (!compare) writeFileSync(path, text);
  else if (present(path) !== text) {
    console.error(`${path} is not what dashboards/src writes; build the target update_dashboards and read the change`);
    process.exitCode = 1;
  }
}
