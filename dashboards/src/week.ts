// SPDX-License-Identifier: Apache-2.0
// usage: week.js PROMTOOL FOLDER [PARTITIONS]   write the week into FOLDER, as blocks that Prometheus serves
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Exposition } from './week/exposition.js';
import { History, moments } from './week/history.js';
import { PARTITIONS, START, story, WEEK } from './week/story.js';

/**
 * A block's length: one of those that Prometheus makes itself, and they begin at its multiples. One file each, because promtool
 * reads a file once for every block in it.
 */
const BLOCK = 18 * 3600;

const [promtool, folder, count] = process.argv.slice(2);
if (!promtool || !folder) throw new Error('usage: week.js PROMTOOL FOLDER [PARTITIONS]');
mkdirSync(folder, { recursive: true });
const partitions = story(Number(count ?? PARTITIONS)).map((partition) => ({ partition, history: new History(partition) }));
const path = join(folder, 'block.om');

for (let from = -(START % BLOCK); from <= WEEK; from += BLOCK) {
  const page = new Exposition();
  for (const { partition, history } of partitions)
    for (const at of moments(partition, Math.max(from, 0), Math.min(from + BLOCK, WEEK + 1))) history.scrape(page, at);
  const file = openSync(path, 'w');
  for (const piece of page.pieces()) writeSync(file, piece);
  closeSync(file);
  const options = ['--quiet', `--max-block-duration=${BLOCK}s`];
  execFileSync(promtool, ['tsdb', 'create-blocks-from', ...options, 'openmetrics', path, folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
rmSync(path);
