// SPDX-License-Identifier: Apache-2.0
// The panel types that the dashboards use: thin wrappers around Grafana's components, whose panel plugins are in no npm package.
import React from 'react';
import {
  FieldColorModeId,
  FieldConfigProperty,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  identityOverrideProcessor,
  PanelPlugin,
} from '@grafana/data';
import { BarGauge, BigValue, Table, TimeSeries, TooltipDisplayMode, TooltipPlugin, useTheme2, VizRepeater } from '@grafana/ui';
import { Marks } from './marks';
import { Timeline } from './timeline';

const Graph = (p: any) => (
  <TimeSeries
    frames={p.data.series}
    structureRev={p.data.structureRev}
    timeRange={p.timeRange}
    timeZone={p.timeZone}
    width={p.width}
    height={p.height}
    legend={p.options.legend}
    options={p.options}
  >
    {(config: any, data: any) => (
      <>
        <TooltipPlugin config={config} data={data} mode={TooltipDisplayMode.Multi} timeZone={p.timeZone} />
        <Marks config={config} frames={p.data.annotations} range={p.timeRange} />
      </>
    )}
  </TimeSeries>
);

const valuesOf = (p: any, theme: any) =>
  getFieldDisplayValues({
    fieldConfig: p.fieldConfig,
    reduceOptions: p.options.reduceOptions,
    replaceVariables: p.replaceVariables,
    theme,
    data: p.data.series,
    sparkline: false,
    timeZone: p.timeZone,
  });

const Stat = (p: any) => {
  const theme = useTheme2();
  const nameOnly = p.options.textMode === 'name';
  return (
    <VizRepeater
      getValues={() => valuesOf(p, theme)}
      renderValue={(one: any) => (
        <BigValue
          value={{ ...one.value.display, title: nameOnly || one.count > 1 ? one.value.display.title : undefined }}
          textMode={p.data.series.length ? p.options.textMode : 'value'}
          colorMode={p.options.colorMode}
          graphMode={p.options.graphMode}
          theme={theme}
          width={one.width}
          height={one.height}
          count={one.count}
        />
      )}
      source={p.data}
      renderCounter={p.renderCounter}
      width={p.width}
      height={p.height}
      orientation={p.options.orientation}
      autoGrid
    />
  );
};

const Bars = (p: any) => {
  const theme = useTheme2();
  return (
    <VizRepeater
      getValues={() => valuesOf(p, theme)}
      renderValue={(one: any) => (
        <BarGauge
          value={one.value.display}
          field={one.value.field}
          display={one.value.view?.getFieldDisplayProcessor(one.value.colIndex)}
          orientation={one.orientation}
          displayMode={p.options.displayMode}
          width={one.width}
          height={one.height}
          theme={theme}
          alignmentFactors={one.alignmentFactors}
          showUnfilled={p.options.showUnfilled}
          itemSpacing={8}
          lcdCellWidth={12}
          valueDisplayMode={p.options.valueMode}
          namePlacement={p.options.namePlacement}
        />
      )}
      source={p.data}
      renderCounter={p.renderCounter}
      width={p.width}
      height={p.height}
      getAlignmentFactors={getDisplayValueAlignmentFactors as any}
      orientation={p.options.orientation}
      minVizHeight={p.options.minVizHeight}
      maxVizHeight={p.options.maxVizHeight}
      minVizWidth={8}
      itemSpacing={8}
    />
  );
};

const List = (p: any) =>
  p.data.series.length ? (
    <Table data={p.data.series[0]} width={p.width} height={p.height} fieldConfig={p.fieldConfig} initialSortBy={p.options.sortBy} />
  ) : (
    <div>No data</div>
  );

const GRAPH = {
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  fillOpacity: 0,
  gradientMode: 'none',
  spanNulls: false,
  showPoints: 'auto',
  pointSize: 5,
  axisPlacement: 'auto',
  axisLabel: '',
  axisColorMode: 'text',
  scaleDistribution: { type: 'linear' },
  stacking: { mode: 'none', group: 'A' },
  thresholdsStyle: { mode: 'off' },
  hideFrom: { tooltip: false, viz: false, legend: false },
  barAlignment: 0,
  lineStyle: { fill: 'solid' },
  axisCenteredZero: false,
  axisSoftMin: undefined,
  axisSoftMax: undefined,
  axisWidth: undefined,
  axisGridShow: undefined,
  transform: undefined,
  fillBelowTo: undefined,
};
const TABLE = {
  align: 'auto',
  cellOptions: { type: 'auto' },
  inspect: false,
  width: undefined,
  minWidth: undefined,
  filterable: undefined,
  hidden: undefined,
  hideFrom: {},
};

const custom = (defaults: Record<string, unknown>) => ({
  useCustomConfig: (builder: any) => {
    for (const [path, defaultValue] of Object.entries(defaults))
      builder.addCustomEditor({
        id: path,
        path,
        name: path,
        defaultValue,
        editor: () => null,
        override: () => null,
        process: identityOverrideProcessor,
        shouldApply: () => true,
      });
  },
});

const plugin = (id: string, component: any, config: any = {}) => {
  const result = new PanelPlugin(component).useFieldConfig(config).setDataSupport({ annotations: true, alertStates: false });
  const info = {
    author: { name: '' },
    description: '',
    links: [],
    logos: { small: '', large: '' },
    screenshots: [],
    updated: '',
    version: '',
  };
  result.meta = { id, name: id, type: 'panel', module: '', baseUrl: '', sort: 0, info } as any;
  return result;
};

const plugins: Record<string, PanelPlugin> = {
  timeseries: plugin('timeseries', Graph, {
    ...custom(GRAPH),
    standardOptions: {
      [FieldConfigProperty.Color]: { settings: { byValueSupport: true }, defaultValue: { mode: FieldColorModeId.PaletteClassic } },
    },
  }),
  stat: plugin('stat', Stat),
  bargauge: plugin('bargauge', Bars, custom({})),
  'state-timeline': plugin('state-timeline', Timeline, custom({ lineWidth: 0, fillOpacity: 70, hideFrom: {} })),
  table: plugin('table', List, custom(TABLE)),
};

export const pluginOf = (id: string) => {
  const found = plugins[id];
  if (!found) throw new Error(`the preview cannot draw panels of type ${id}`);
  return found;
};
