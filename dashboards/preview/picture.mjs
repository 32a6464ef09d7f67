// SPDX-License-Identifier: Apache-2.0
// usage: picture.mjs PROMETHEUS WEEK DASHBOARDS IMAGES   draw the dashboards from the written week; exit code 1 if a panel has an error
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { Prometheus } from '../src/out/week/prometheus.js';
import { DETAIL_STEP, END, STEP } from '../src/out/week/story.js';
import { serve } from './server.mjs';

const [prometheusProgram, week, dashboards, images] = process.argv.slice(2);
const hours = (count) => new Date((END - count * 3600) * 1000).toISOString();
const to = new Date(END * 1000).toISOString();
/** A sample counts for one scrape and a bit: those of the whole fleet are further apart than those of one partition. */
const PICTURES = [
  { name: 'fleet', scrape: STEP, view: { from: hours(7 * 24) } },
  { name: 'watchdog', scrape: STEP, view: { from: hours(7 * 24) } },
  { name: 'partition', scrape: DETAIL_STEP, view: { from: hours(12), 'var-instance': 'pay-db-03:10468' } },
];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const WIDTH = 1400;
const HEIGHT = 3000;
const PATIENCE_MS = 180_000;

/** Run in the page: every graph has a canvas, and there is something on it. */
const allDrawn = () => {
  const canvases = [...document.querySelectorAll('.uplot canvas')];
  const painted = (canvas) =>
    canvas
      .getContext('2d')
      .getImageData(0, 0, canvas.width, canvas.height)
      .data.some((value) => value !== 0);
  return canvases.length === window.panels().filter((panel) => panel.type === 'timeseries').length && canvases.every(painted);
};

/** The picture once it has stopped changing. The window is high enough from the start: a change of its size empties the panels. */
const still = async (page) => {
  let before = Buffer.alloc(0);
  for (let tries = 0; tries < 30; tries++) {
    await page.waitForFunction(allDrawn, undefined, { timeout: PATIENCE_MS });
    const height = await page.evaluate(() => Math.ceil(document.getElementById('root').getBoundingClientRect().height));
    const now = await page.screenshot({ clip: { x: 0, y: 0, width: WIDTH, height } });
    if (now.equals(before)) return now;
    before = now;
    await page.waitForTimeout(1000);
  }
  throw new Error('the page does not stop changing');
};

const drawn = async (browser, base, { name, scrape, view }) => {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, timezoneId: 'UTC', locale: 'en-US' });
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const address = new URLSearchParams({ d: `${name}.json`, to, scrape: String(scrape), ...view });
  await page.goto(`${base}/?${address}`, { waitUntil: 'load', timeout: PATIENCE_MS });
  await page.waitForFunction(
    () => window.panels?.().length && window.panels().every((panel) => panel.state === 'Done' || panel.state === 'Error'),
    undefined,
    { timeout: PATIENCE_MS },
  );
  await page.evaluate(() => document.fonts.ready);
  await writeFile(path.join(images, `dashboard-${name}.png`), await still(page));
  for (const panel of await page.evaluate(() => window.panels())) if (panel.error) errors.push(`«${panel.title}»: ${panel.error}`);
  await page.close();
  for (const error of errors) console.error(`${name}: ${error}`);
  return errors.length;
};

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: FLAGS });
let faults = 0;
for (const scrape of new Set(PICTURES.map((picture) => picture.scrape))) {
  const prometheus = await Prometheus.start(prometheusProgram, week, `${scrape + 60}s`);
  const server = await serve(prometheus.url, dashboards);
  try {
    for (const picture of PICTURES.filter((one) => one.scrape === scrape))
      faults += await drawn(browser, `http://127.0.0.1:${server.address().port}`, picture);
  } finally {
    server.closeAllConnections();
    server.close();
    await prometheus.stop();
  }
}
await browser.close();
process.exitCode = faults ? 1 : 0;
