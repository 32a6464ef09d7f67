// SPDX-License-Identifier: Apache-2.0
// Where the tests find what is not theirs; CTest says it.
const wanted = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run the tests by: ctest -L dashboards`);
  if (value.endsWith('NOTFOUND')) throw new Error(`${name} was not there when the build was configured; run: scripts/test`);
  return value;
};

export const SOURCE = wanted('HNV_SOURCE_DIR');
export const PROMTOOL = wanted('HNV_PROMTOOL');
export const PROMETHEUS = wanted('HNV_PROMETHEUS');
/** What the exporter serves, as its own tests expect it. */
export const PAGE = `${SOURCE}/tests/unit/exporter/golden/full.prom`;
