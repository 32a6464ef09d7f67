// SPDX-License-Identifier: Apache-2.0
// The files for a container engine fit together; none is needed to see that.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { PROMTOOL, SOURCE } from './surroundings.js';

type Service = { image: string; volumes: string[]; environment?: Record<string, string>; command?: string[] };
type Compose = { services: Record<'prometheus' | 'grafana', Service>; volumes: Record<string, null> };

const STACK = join(SOURCE, 'dashboards/stack');
const yaml = (path: string) => parse(readFileSync(join(STACK, path), 'utf8')) as unknown;
const compose = yaml('compose.yaml') as Compose;
const { services } = compose;
const prometheus = yaml('prometheus/prometheus.yml') as {
  global: { scrape_interval: string };
  rule_files: string[];
  scrape_configs: { job_name: string }[];
};

const mounts = (service: Service) =>
  service.volumes.map((volume) => volume.split(':')).map(([from, to]) => ({ from: from!, to: to! }));

test('every image has a version, and every file that is mounted is there', () => {
  for (const service of Object.values(services)) {
    assert.match(service.image, /^[\w-]+\/[\w-]+:v?\d+\.\d+\.\d+$/);
    for (const { from } of mounts(service)) {
      if (!from.startsWith('.')) assert.ok(from in compose.volumes, `volume ${from} is not declared`);
      else if (normalize(from).startsWith('..') && !from.endsWith('.json')) assert.equal(normalize(from), '../../alerts');
      else assert.ok(existsSync(join(STACK, from)), `${from} is mounted and not there`);
    }
  }
});

test('Prometheus takes its configuration and finds the rules where they are mounted', () => {
  execFileSync(PROMTOOL, ['check', 'config', '--syntax-only', join(STACK, 'prometheus/prometheus.yml')], { stdio: 'pipe' });
  const alerts = mounts(services.prometheus).find(({ from }) => from.endsWith('/alerts'))!.to;
  for (const file of prometheus.rule_files) assert.equal(dirname(file), alerts);
  // The alert for an exporter that has gone asks for this name.
  assert.deepEqual(
    prometheus.scrape_configs.map((job) => job.job_name),
    ['hnv'],
  );
});

test('Grafana knows how often Prometheus scrapes, and where it is', () => {
  const [source] = (
    yaml('grafana/datasources/hnv.yaml') as { datasources: { type: string; url: string; jsonData: { timeInterval: string } }[] }
  ).datasources;
  assert.equal(source?.type, 'prometheus');
  assert.equal(source.jsonData.timeInterval, prometheus.global.scrape_interval);
  const address = services.prometheus.command!.find((flag) => flag.startsWith('--web.listen-address='))!.split('=')[1];
  assert.equal(source.url, `http://${address}`);
});

test('every dashboard is mounted where Grafana looks for them', () => {
  const [provider] = (yaml('grafana/dashboards/hnv.yaml') as { providers: { options: { path: string } }[] }).providers;
  const written = readdirSync(join(SOURCE, 'dashboards'))
    .filter((name) => name.endsWith('.json'))
    .sort();
  const mounted = mounts(services.grafana).map(({ to }) => to);
  assert.deepEqual(
    mounted.filter((path) => path.endsWith('.json')).sort(),
    written.map((name) => `${provider!.options.path}/${name}`),
  );
  assert.ok(mounted.includes(services.grafana.environment!['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!));
});
