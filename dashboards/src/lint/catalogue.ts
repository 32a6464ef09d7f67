// SPDX-License-Identifier: Apache-2.0
// What the exporter really serves, read from a page of it: the names, types, labels and label values that a query may use.
import { readFileSync } from 'node:fs';

export type Metric = { type: string; labels: Map<string, Set<string>> };
export type Catalogue = Map<string, Metric>;

/** Labels that Prometheus adds to every series. */
export const TARGET_LABELS = ['job', 'instance'];
/** Labels whose values are an installation's own, so that no page of the exporter tells them. */
const OPEN_LABELS = new Set([...TARGET_LABELS, 'bond', 'device', 'version', 'partition_name']);

export const isOpen = (label: string) => OPEN_LABELS.has(label);

const HISTOGRAM_SUFFIXES = ['_bucket', '_sum', '_count'];

const typeOf = (name: string, types: Map<string, string>) => {
  const own = types.get(name);
  if (own) return own;
  const suffix = HISTOGRAM_SUFFIXES.find((end) => name.endsWith(end) && types.get(name.slice(0, -end.length)) === 'histogram');
  return suffix ? 'counter' : 'untyped';
};

export const readCatalogue = (path: string): Catalogue => {
  const types = new Map<string, string>();
  // What Prometheus itself says about each target.
  const catalogue: Catalogue = new Map([['up', { type: 'gauge', labels: new Map() }]]);
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type) types.set(type[1]!, type[2]!);
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line);
    if (!sample) continue;
    const name = sample[1]!;
    const metric = catalogue.get(name) ?? { type: typeOf(name, types), labels: new Map<string, Set<string>>() };
    catalogue.set(name, metric);
    for (const [, label, value] of (sample[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      metric.labels.set(label!, (metric.labels.get(label!) ?? new Set()).add(value!));
  }
  return catalogue;
};
