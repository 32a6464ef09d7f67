// SPDX-License-Identifier: Apache-2.0
// Words and colours are there for every value that a label has, and for no other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCatalogue } from '../lint/catalogue.js';
import { DIRECTIONS, OFF_REASONS, OUTCOMES, ROLES, STATES, VERDICTS, type Word } from '../vocabulary.js';
import { PAGE } from './surroundings.js';

const catalogue = readCatalogue(PAGE);
const served = (metric: string, label: string) => [...(catalogue.get(metric)?.labels.get(label) ?? [])].sort();
const words = (vocabulary: Record<string, Word>) => Object.keys(vocabulary).sort();

test('every value of a label has its word', () => {
  assert.deepEqual(words(OFF_REASONS), served('hnv_bond_off_sriov_seconds_total', 'reason'));
  assert.deepEqual(words(STATES), served('hnv_watchdog_state', 'state'));
  assert.deepEqual(words(VERDICTS), served('hnv_path_verdict', 'verdict'));
  assert.deepEqual(words(DIRECTIONS), served('hnv_bond_failovers_total', 'direction'));
  assert.deepEqual(words(OUTCOMES), served('hnv_lpm_windows_total', 'outcome'));
  // "none" is no role but the answer that no slave is active.
  assert.deepEqual(
    words(ROLES).filter((role) => role !== 'none'),
    served('hnv_slave_info', 'role'),
  );
});

test('no two words of one vocabulary look alike', () => {
  for (const vocabulary of [OFF_REASONS, STATES, VERDICTS, DIRECTIONS, OUTCOMES, ROLES])
    for (const key of ['text', 'color'] as const) {
      const values = Object.values(vocabulary).map((word) => word[key]);
      assert.equal(new Set(values).size, values.length, `${key} twice in ${values.join(', ')}`);
    }
});
