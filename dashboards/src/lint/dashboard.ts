// SPDX-License-Identifier: Apache-2.0
// What can be wrong with one dashboard.
import * as unitIds from '@grafana/grafana-foundation-sdk/units';
import type { Catalogue } from './catalogue.js';
import { expressionProblems } from './expression.js';
import { allPanels, type Dashboard, type Field, type Panel, type Rectangle, type Source, type Variable } from './model.js';

const UNITS = new Set(Object.values(unitIds).filter((unit) => typeof unit === 'string') as string[]);
/** The types that the preview can draw. */
const PANEL_TYPES = new Set(['timeseries', 'stat', 'state-timeline', 'table', 'bargauge']);
const COLUMNS = 24;
const VARIABLES = ['datasource', 'job', 'instance', 'bond'];

const sourceProblems = (source: Source | undefined) =>
  source?.uid === '${datasource}' && source.type === 'prometheus' ? [] : ['datasource is not ${datasource}'];

const headProblems = (dashboard: Dashboard): string[] => [
  ...(/^[\w-]{1,40}$/.test(dashboard.uid ?? '') ? [] : ['uid is missing or longer than 40 characters']),
  ...(dashboard.title?.trim() ? [] : ['title is missing']),
  ...(dashboard.description?.trim() ? [] : ['description is missing']),
  ...(dashboard.tags?.length ? [] : ['tags are missing']),
  ...(dashboard.id == null ? [] : ["id is set: it is one Grafana server's own"]),
  ...(dashboard.version == null ? [] : ['version is set: the server counts it']),
  ...(dashboard.editable === false ? [] : ['is editable: a change would be lost at the next update']),
  ...(dashboard.schemaVersion ? [] : ['schemaVersion is missing']),
  ...(dashboard.__inputs ? ['has __inputs, which provisioning from files does not fill in'] : []),
];

const queryOf = (variable: Variable) => (typeof variable.query === 'string' ? variable.query : (variable.query?.query ?? ''));

const queryVariableProblems = (variable: Variable, catalogue: Catalogue): string[] => {
  const found = /^label_values\((\w+)(?:\{.*\})?, (\w+)\)$/.exec(queryOf(variable));
  const problems = sourceProblems(variable.datasource);
  if (variable.refresh !== 2) problems.push('is not read again when the time range changes (refresh 2)');
  if (!variable.multi) problems.push('takes one value only (multi)');
  if (variable.includeAll && variable.allValue !== '.+') problems.push('"All" is not .+');
  if (!found) return [...problems, `query is not label_values(METRIC, LABEL): ${queryOf(variable)}`];
  const [, metric, label] = found;
  if (!catalogue.has(metric!)) problems.push(`metric ${metric} is not one that the exporter serves`);
  else if (!['job', 'instance'].includes(label!) && !catalogue.get(metric!)!.labels.has(label!))
    problems.push(`metric ${metric} has no label ${label}`);
  return problems;
};

const variableProblems = (variables: Variable[], catalogue: Catalogue): string[] => [
  ...VARIABLES.filter((name) => !variables.some((variable) => variable.name === name)).map((name) => `variable ${name} is missing`),
  ...variables
    .filter((variable) => variable.type === 'datasource' && (variable.name !== 'datasource' || variable.query !== 'prometheus'))
    .map((variable) => `variable ${variable.name}: the one data source is "datasource", a Prometheus`),
  ...variables
    .filter((variable) => variable.type === 'query')
    .flatMap((variable) => queryVariableProblems(variable, catalogue).map((text) => `variable ${variable.name}: ${text}`)),
];

const overlap = (a: Rectangle, b: Rectangle) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

const placeProblems = (panels: Panel[]): string[] =>
  panels.flatMap((panel, i) => {
    const place = panel.gridPos;
    if (!place || place.x < 0 || place.x + place.w > COLUMNS) return [`«${panel.title}»: is not within the ${COLUMNS} columns`];
    return panels
      .slice(0, i)
      .filter((other) => other.gridPos && overlap(place, other.gridPos))
      .map((other) => `«${panel.title}»: overlaps «${other.title}»`);
  });

const idProblems = (panels: Panel[]): string[] => {
  const seen = new Set<number>();
  return panels.flatMap((panel) => {
    const fault = !panel.id ? 'has no id' : seen.has(panel.id) ? `has the id ${panel.id} of another panel` : undefined;
    if (panel.id) seen.add(panel.id);
    return fault ? [`«${panel.title}»: ${fault}`] : [];
  });
};

const unitProblems = (field: Field, overrides: { properties: { id: string; value: unknown }[] }[]): string[] => [
  ...(field.mappings?.length || UNITS.has(field.unit ?? '') ? [] : [`unit "${field.unit ?? ''}" is unknown to Grafana`]),
  ...overrides
    .flatMap((override) => override.properties)
    .filter(({ id, value }) => id === 'unit' && !UNITS.has(String(value)))
    .map(({ value }) => `unit "${String(value)}" is unknown to Grafana`),
];

const panelProblems = (panel: Panel, catalogue: Catalogue, variables: Set<string>): string[] => {
  const problems = sourceProblems(panel.datasource);
  if (!PANEL_TYPES.has(panel.type)) problems.push(`panel type ${panel.type} is none that the preview can draw`);
  if (!panel.title?.trim()) problems.push('has no title');
  if (!panel.description?.trim()) problems.push('has no description');
  if (!panel.targets?.length) problems.push('has no query');
  problems.push(...unitProblems(panel.fieldConfig?.defaults ?? {}, panel.fieldConfig?.overrides ?? []));
  const seen = new Set<string>();
  for (const target of panel.targets ?? []) {
    const where = `query ${target.refId ?? '?'}: `;
    if (!target.refId || seen.has(target.refId)) problems.push(`${where}refId is missing or that of another query`);
    seen.add(target.refId ?? '');
    if (target.format !== 'table' && !target.legendFormat) problems.push(`${where}has no legend`);
    for (const text of [...sourceProblems(target.datasource), ...expressionProblems(target.expr ?? '', catalogue, variables)])
      problems.push(where + text);
  }
  return problems;
};

/** Everything that is wrong with a dashboard; `uids` are those of all dashboards. */
export const dashboardProblems = (dashboard: Dashboard, catalogue: Catalogue, uids: Set<string>): string[] => {
  const variables = dashboard.templating?.list ?? [];
  const names = new Set(variables.map((variable) => variable.name));
  const panels = allPanels(dashboard);
  return [
    ...headProblems(dashboard),
    ...variableProblems(variables, catalogue),
    ...placeProblems(panels),
    ...idProblems(panels),
    ...panels
      .filter((panel) => panel.type !== 'row')
      .flatMap((panel) => panelProblems(panel, catalogue, names).map((text) => `«${panel.title}»: ${text}`)),
    ...(dashboard.annotations?.list ?? []).flatMap((note) =>
      [...sourceProblems(note.datasource), ...expressionProblems(note.expr ?? '', catalogue, names)].map(
        (text) => `annotation ${note.name}: ${text}`,
      ),
    ),
    ...(dashboard.links ?? [])
      .filter((link) => !uids.has(/^\/d\/([\w-]+)$/.exec(link.url ?? '')?.[1] ?? ''))
      .map((link) => `link ${link.title}: no dashboard at ${link.url}`),
  ];
};
