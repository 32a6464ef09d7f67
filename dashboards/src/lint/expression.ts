// SPDX-License-Identifier: Apache-2.0
// What can be wrong with one query.
import { parser } from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';
import { type Catalogue, isOpen, TARGET_LABELS } from './catalogue.js';

const OF_COUNTERS = ['rate', 'irate', 'increase', 'resets'];
const NOT_OF_GAUGES = ['rate', 'irate', 'increase'];
const BUILT_IN = /^__(rate_interval|interval|interval_ms|range|range_s|range_ms)$/;

/** The query as Prometheus gets it: variables that stand for values filled in. */
export const filled = (expression: string) =>
  expression
    .replace(/\$\{?__(rate_interval|interval|range)\}?/g, '5m')
    .replace(/\$\{?__\w+\}?/g, '300')
    .replace(/\$\{?\w+(:\w+)?\}?/g, '.+');

const variableProblems = (expression: string, variables: Set<string>) =>
  [...expression.matchAll(/\$\{?(\w+)/g)]
    .map((found) => found[1]!)
    .filter((name) => !variables.has(name) && !BUILT_IN.test(name))
    .map((name) => `variable $${name} is not declared`);

const rangeProblems = (expression: string) =>
  [...expression.matchAll(/\[([^\]]+)\]/g)]
    .map((found) => found[1]!)
    .filter((window) => !/^\$__(rate_interval|range)$/.test(window))
    .map((window) => `fixed window [${window}]; use $__rate_interval, or $__range for the whole time range`);

/** Name of the nearest function around a selector. */
const functionAround = (node: SyntaxNode, text: string) => {
  for (let at = node.parent; at; at = at.parent)
    if (at.name === 'FunctionCall') return /^\w+/.exec(text.slice(at.from, at.to))?.[0] ?? '';
  return '';
};

const matchersOf = (selector: string) =>
  [...selector.replace(/^[^{]*/, '').matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(([, label, operator, value]) => ({
    label: label!,
    operator: operator!,
    value: value!,
  }));

const selectorProblems = (node: SyntaxNode, text: string, raw: string, catalogue: Catalogue, variables: Set<string>): string[] => {
  const selector = text.slice(node.from, node.to);
  const name = /^[\w:]+/.exec(selector)?.[0] ?? selector;
  const metric = catalogue.get(name);
  if (!metric) return [`metric ${name} is not one that the exporter serves`];
  const problems: string[] = [];
  const matchers = matchersOf(selector);
  for (const { label, operator, value } of matchers) {
    const values = metric.labels.get(label);
    if (!values && !TARGET_LABELS.includes(label)) problems.push(`metric ${name} has no label ${label}`);
    else if (values && operator === '=' && !isOpen(label) && !values.has(value))
      problems.push(`label ${label} of ${name} is never "${value}"`);
  }
  const needed = [...TARGET_LABELS, ...(metric.labels.has('bond') && variables.has('bond') ? ['bond'] : [])];
  for (const label of needed)
    if (!new RegExp(`${name}\\{[^}]*${label}=~"\\$${label}"`).test(raw)) problems.push(`${name} without ${label}=~"$${label}"`);
  const around = functionAround(node, text);
  if (metric.type === 'counter' && !OF_COUNTERS.includes(around)) problems.push(`counter ${name} outside of rate() or increase()`);
  if (metric.type === 'gauge' && NOT_OF_GAUGES.includes(around)) problems.push(`${around}() of ${name}, which is a gauge`);
  return problems;
};

const groupingProblems = (text: string, catalogue: Catalogue) => {
  const names = [...new Set([...text.matchAll(/\b(hnv_\w+|process_\w+|up)\{/g)].map((found) => found[1]!))];
  const known = new Set([...TARGET_LABELS, ...names.flatMap((name) => [...(catalogue.get(name)?.labels.keys() ?? [])])]);
  for (const [, added] of text.matchAll(/label_replace\([^"]*"(\w+)"/g)) known.add(added!);
  return [...text.matchAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g)]
    .flatMap((found) => found[1]!.split(',').map((label) => label.trim()))
    .filter((label) => label && !known.has(label))
    .map((label) => `none of the metrics has the label ${label} to group by`);
};

/** Everything that is wrong with a query; `raw` as it stands in the dashboard. */
export const expressionProblems = (raw: string, catalogue: Catalogue, variables: Set<string>): string[] => {
  const problems = [...variableProblems(raw, variables), ...rangeProblems(raw)];
  const text = filled(raw);
  let parsed = true;
  parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) parsed = false;
      if (node.name === 'VectorSelector') problems.push(...selectorProblems(node.node, text, raw, catalogue, variables));
    },
  });
  if (!parsed || !text.trim()) problems.push(`no PromQL: ${raw}`);
  return [...new Set([...problems, ...groupingProblems(text, catalogue)])];
};
