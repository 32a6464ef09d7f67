// SPDX-License-Identifier: Apache-2.0
// The house style: how a panel of each kind looks unless it says otherwise.
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { Word } from './vocabulary.js';

export const DATASOURCE: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

/** Words of a panel: a description is not optional. */
export type About = { title: string; description: string; unit?: string };

export const range = (refId: string, expr: string, legend: string) =>
  new DataqueryBuilder().refId(refId).datasource(DATASOURCE).expr(expr).legendFormat(legend).range();

export const instant = (refId: string, expr: string, legend: string) =>
  new DataqueryBuilder().refId(refId).datasource(DATASOURCE).expr(expr).legendFormat(legend).instant();

export const tableQuery = (refId: string, expr: string) =>
  new DataqueryBuilder().refId(refId).datasource(DATASOURCE).expr(expr).format(prometheus.PromQueryFormat.Table).instant();

/** Green up to the first limit; each limit begins another colour. */
export const limits = (...steps: [number, string][]) =>
  new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: 'green' }, ...steps.map(([value, color]) => ({ value, color }))]);

const plain = () =>
  new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([{ value: null, color: 'text' }]);

export const fixedColor = (color: string) =>
  new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Fixed).fixedColor(color);

/** Values of a state to words and colours: the numbers begin at `first`. */
export const codes = (words: Record<string, Word>, first = 0): Record<string, dashboard.ValueMappingResult> =>
  Object.fromEntries(Object.values(words).map((word, i) => [String(first + i), { ...word, index: first + i }]));

export const mapping = (options: Record<string, dashboard.ValueMappingResult>): dashboard.ValueMapping[] => [
  { type: dashboard.MappingType.ValueToText, options },
];

/** A property of the fields of one name; `id` as Grafana calls it. */
export const property = (id: string, value: unknown): dashboard.DynamicConfigValue => ({ id, value });

export const width = (pixels: number) => property('custom.width', pixels);

/** Columns of a table whose values are label values: shown as words. */
export const wordColumn = (words: Record<string, Word>) =>
  property(
    'mappings',
    mapping(Object.fromEntries(Object.entries(words).map(([value, word], index) => [value, { ...word, index }]))),
  );

/** The words in their colours; the cell stays plain. */
export const colouredText = property('custom.cellOptions', { type: 'color-text' });

export const yesNo = property('mappings', [
  ...mapping({ 0: { text: 'no', color: 'orange', index: 0 }, 1: { text: 'yes', color: 'green', index: 1 } }),
]);

/** Opens the dashboard of the partition of a row. */
export const linkTo = (uid: string) =>
  property('links', [
    {
      title: 'Open this partition',
      url: `/d/${uid}?${'${datasource:queryparam}'}&${'${job:queryparam}'}&var-instance=${'${__value.raw}'}&${'${__url_time_range}'}`,
    },
  ]);

export const colour = (name: string) => property('color', { mode: dashboard.FieldColorModeId.Fixed, fixedColor: name });

/** What a quantile of nothing shows. */
export const noNumber = (text: string): dashboard.ValueMapping[] => [
  {
    type: dashboard.MappingType.SpecialValue,
    options: { match: dashboard.SpecialValueMatch.NullAndNan, result: { text, color: 'text', index: 0 } },
  },
];

export const descending = (column: string) => new common.TableSortByFieldStateBuilder().displayName(column).desc(true);

export const BACKGROUND = common.BigValueColorMode.Background;

export const unstacked = () => new common.StackingConfigBuilder().mode(common.StackingMode.None).group('A');

const last = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');

export const number = (about: About) =>
  new stat.PanelBuilder()
    .title(about.title)
    .description(about.description)
    .datasource(DATASOURCE)
    .unit(about.unit ?? 'none')
    .decimals(0)
    .thresholds(plain())
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(common.BigValueTextMode.Auto)
    .reduceOptions(last())
    .height(4);

/** A stat whose answer is the name of a series. */
export const word = (about: About) => number(about).textMode(common.BigValueTextMode.Name).colorMode(common.BigValueColorMode.None);

const legendBelow = () =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([]);

export const graph = (about: About) =>
  new timeseries.PanelBuilder()
    .title(about.title)
    .description(about.description)
    .datasource(DATASOURCE)
    .unit(about.unit ?? 'none')
    .axisSoftMin(0)
    .lineWidth(1)
    .fillOpacity(10)
    .showPoints(common.VisibilityMode.Never)
    .legend(legendBelow())
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending))
    .height(8);

/** Few enough bars to see each, and each so wide that hardly an event is in two of them. */
const BARS = 100;

export const bars = (about: About) => stacked(about).drawStyle(common.GraphDrawStyle.Bars).fillOpacity(80).maxDataPoints(BARS);

export const stacked = (about: About) =>
  graph(about)
    .fillOpacity(70)
    .lineWidth(0)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));

/** Colours and words for series that are named like label values. */
export const named = <T extends { overrideByName(name: string, properties: dashboard.DynamicConfigValue[]): T }>(
  panel: T,
  words: Record<string, Word>,
) => {
  for (const [value, { text, color }] of Object.entries(words))
    panel.overrideByName(value, [
      property('displayName', text),
      property('color', { mode: dashboard.FieldColorModeId.Fixed, fixedColor: color }),
    ]);
  return panel;
};

export const ranking = (about: About) =>
  new bargauge.PanelBuilder()
    .title(about.title)
    .description(about.description)
    .datasource(DATASOURCE)
    .unit(about.unit ?? 'none')
    .decimals(0)
    .min(0)
    .colorScheme(fixedColor('blue'))
    .thresholds(plain())
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .namePlacement(common.BarGaugeNamePlacement.Left)
    // Letters grow with the bars: of one or two high ones the names would not fit.
    .sizing(common.BarGaugeSizing.Manual)
    .minVizHeight(16)
    .maxVizHeight(32)
    .reduceOptions(last())
    .height(8);

export const timeline = (about: About) =>
  new statetimeline.PanelBuilder()
    .title(about.title)
    .description(about.description)
    .datasource(DATASOURCE)
    .unit('none')
    .fillOpacity(70)
    .lineWidth(0)
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .rowHeight(0.8)
    .legend(legendBelow().showLegend(false))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Single).sort(common.SortOrder.None))
    .height(8);

export const list = (about: About) =>
  new table.PanelBuilder()
    .title(about.title)
    .description(about.description)
    .datasource(DATASOURCE)
    .unit(about.unit ?? 'none')
    .thresholds(plain())
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    .height(8);

/** One table out of several queries, with its columns in this order, under these names; every other is left out. */
export const columns = (names: Record<string, string>, left: string[]): dashboard.DataTransformerConfig[] => [
  { id: 'merge', options: {} },
  {
    id: 'organize',
    options: {
      indexByName: Object.fromEntries(Object.keys(names).map((name, i) => [name, i])),
      renameByName: names,
      excludeByName: Object.fromEntries(left.map((name) => [name, true])),
    },
  },
];
