// SPDX-License-Identifier: Apache-2.0
// A data source that asks Prometheus by way of the preview's server, with Grafana's own rules for steps and windows.
import { DataSourceApi, FieldType, LoadingState, toDataFrame } from '@grafana/data';
import { sceneGraph } from '@grafana/scenes';
import { catchError, from, map, of } from 'rxjs';

const MIN_WINDOW_SCRAPES = 4;
/** Widths that Grafana rounds a step to, in seconds. */
const STEPS = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600];

const escaped = (text: unknown) => String(text).replace(/[\\^$*+?.()|[\]{}]/g, '\\\\$&');
const matcher = (value: unknown) =>
  Array.isArray(value) ? (value.length === 1 ? escaped(value[0]) : `(${value.map(escaped).join('|')})`) : escaped(value);

const ask = async (path: string, parameters: Record<string, string>) => {
  const answer = await (await fetch(`/prometheus/api/v1/${path}?${new URLSearchParams(parameters)}`)).json();
  if (answer.status !== 'success') throw new Error(answer.error);
  return answer.data;
};

const sceneOf = (scoped: any) => scoped?.__sceneObject?.valueOf?.() ?? scoped?.__sceneObject?.value;

const legendOf = (format: string | undefined, metric: Record<string, string>) =>
  format?.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? '');

const number = (target: any, metric: Record<string, string>, values: number[]) => ({
  name: 'Value',
  type: FieldType.number,
  labels: metric,
  config: { displayNameFromDS: legendOf(target.legendFormat, metric) },
  values,
});

const tableOf = (target: any, single: boolean, result: any[]) => {
  const labels = [...new Set(result.flatMap((row) => Object.keys(row.metric)))].sort();
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: result.map((row) => row.value[0] * 1000) },
      ...labels.map((label) => ({ name: label, type: FieldType.string, values: result.map((row) => row.metric[label] ?? '') })),
      {
        name: single ? 'Value' : `Value #${target.refId}`,
        type: FieldType.number,
        values: result.map((row) => Number(row.value[1])),
      },
    ],
  });
};

const instantFrames = (target: any, single: boolean, result: any[]) =>
  target.format === 'table'
    ? [tableOf(target, single, result)]
    : result.map((row) =>
        toDataFrame({
          refId: target.refId,
          fields: [
            { name: 'Time', type: FieldType.time, values: [row.value[0] * 1000] },
            number(target, row.metric, [Number(row.value[1])]),
          ],
        }),
      );

const rangeFrames = (target: any, step: number, result: any[]) =>
  result.map((row) =>
    toDataFrame({
      refId: target.refId,
      meta: { type: 'timeseries-multi' as any },
      fields: [
        { name: 'Time', type: FieldType.time, config: { interval: step * 1000 }, values: row.values.map((v: any) => v[0] * 1000) },
        number(
          target,
          row.metric,
          row.values.map((v: any) => Number(v[1])),
        ),
      ],
    }),
  );

export class PrometheusSource extends (DataSourceApi as any) {
  /** `ready`: the scene, once its variables have values. */
  constructor(
    settings: any,
    private readonly scrape: number,
    private readonly ready: () => Promise<any>,
  ) {
    super(settings);
  }

  async metricFindQuery(query: any, options: any) {
    const scene = sceneOf(options?.scopedVars);
    const raw = typeof query === 'string' ? query : query.query;
    const text = scene ? sceneGraph.interpolate(scene, raw, options.scopedVars, matcher) : raw;
    const found = /^label_values\((?:(.+),\s*)?([a-zA-Z_]\w*)\)$/.exec(text.trim());
    if (!found) throw new Error(`a variable's query that is not label_values(): ${text}`);
    const values = await ask(`label/${found[2]}/values`, found[1] ? { 'match[]': found[1] } : {});
    return values.map((value: string) => ({ text: value, value }));
  }

  query(request: any) {
    const scene = sceneOf(request.scopedVars);
    const from_ = request.range.from.valueOf() / 1000;
    const to = request.range.to.valueOf() / 1000;
    const wanted = Math.max((request.intervalMs ?? 15000) / 1000, this.scrape);
    const step = STEPS.find((width) => width >= wanted) ?? wanted;
    const variables = {
      ...request.scopedVars,
      __rate_interval: { value: `${Math.max(step + this.scrape, MIN_WINDOW_SCRAPES * this.scrape)}s` },
      __interval: { value: `${step}s` },
      __range: { value: `${Math.round(to - from_)}s` },
    };
    const run = async (target: any) => {
      const query = sceneGraph.interpolate(scene, target.expr, variables, matcher);
      if (target.instant) {
        const data = await ask('query', { query, time: String(to) });
        return instantFrames(target, request.targets.length === 1, data.result);
      }
      // Grafana asks for multiples of the step.
      const start = Math.floor(from_ / step) * step;
      const data = await ask('query_range', { query, start: String(start), end: String(to), step: String(step) });
      return rangeFrames(target, step, data.result);
    };
    return from(Promise.all(request.targets.map(run)).then((all) => ({ data: all.flat() })));
  }

  /** As Grafana's own Prometheus source: a mark where the query has a value, one region where it has them step by step. */
  async annotationQuery({ range, annotation }: any) {
    const scene = await this.ready();
    const step = Number.parseInt(annotation.step, 10);
    const variables = { __rate_interval: { value: `${Math.max(step + this.scrape, MIN_WINDOW_SCRAPES * this.scrape)}s` } };
    const query = sceneGraph.interpolate(scene, annotation.expr, variables, matcher);
    const [start, end] = [range.from, range.to].map((time: any) => String(Math.floor(time.valueOf() / 1000 / step) * step));
    const data = await ask('query_range', { query, start, end, step: String(step) });
    const events: any[] = [];
    for (const { metric, values } of data.result)
      for (const [time] of values) {
        const last = events.at(-1);
        if (last?.metric === metric && time * 1000 - last.timeEnd <= step * 1000) last.timeEnd = time * 1000;
        else
          events.push({
            metric,
            time: time * 1000,
            timeEnd: time * 1000,
            title: legendOf(annotation.titleFormat, metric),
            text: legendOf(annotation.textFormat, metric),
          });
      }
    return events.map(({ metric, ...event }) => ({ ...event, isRegion: event.timeEnd > event.time }));
  }

  testDatasource() {
    return Promise.resolve({ status: 'ok', message: '' });
  }
}

export const runRequest = (source: any, request: any) =>
  from(source.query(request)).pipe(
    map((response: any) => ({
      state: LoadingState.Done,
      series: response.data,
      annotations: [],
      timeRange: request.range,
      request,
    })),
    catchError((error: Error) =>
      of({ state: LoadingState.Error, series: [], errors: [{ message: error.message }], timeRange: request.range, request }),
    ),
  );
