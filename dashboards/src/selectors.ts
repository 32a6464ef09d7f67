// SPDX-License-Identifier: Apache-2.0
// Pieces of PromQL that every dashboard shares: which series are meant, and codes for state time lines.
import type { Word } from './vocabulary.js';

/** Series of the chosen partitions; `more` are further matchers. */
export const host = (metric: string, ...more: string[]) =>
  `${metric}{${['job=~"$job"', 'instance=~"$instance"', ...more].join(', ')}}`;

/** Series of the chosen bonds of the chosen partitions. */
export const bond = (metric: string, ...more: string[]) => host(metric, 'bond=~"$bond"', ...more);

/** What tells one bond from another. */
export const BOND = 'job, instance, bond';

/** The bonds whose traffic is not on the SR-IOV device, as a filter for other vectors. */
export const offNow = `on (${BOND}) (${bond('hnv_bond_sriov_active')} == 0)`;

/** How long the chosen bonds' present state has lasted. */
export const sinceFailover = `time() - ${bond('hnv_bond_last_failover_timestamp_seconds')}`;

/** One row that says so instead of an empty table, in the column of `label`: not in one whose cells are links. */
export const elseRow = (vector: string, label: string, text: string) =>
  `${vector} or on () label_replace(vector(0), "${label}", "${text}", "", "")`;

/**
 * One number per bond for the label value that holds: `first` for the first key of `words`, and so on. The metric is 1 where the
 * value of `label` holds, else 0 or absent. A word that is no label value, "none", stands first and is what is left.
 */
export const coded = (words: Record<string, Word>, first: number, metric: string, label: string) =>
  `max by (${BOND}) (${Object.keys(words)
    .map((value, i) => (value === 'none' ? '' : `${bond(metric, `${label}="${value}"`)} * ${first + i}`))
    .filter((term) => term)
    .join(' or ')})`;
