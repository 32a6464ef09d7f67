// SPDX-License-Identifier: Apache-2.0
// What Grafana's application registers at its start, as far as drawing needs it.
import {
  EventBusSrv,
  FieldType,
  identityOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
} from '@grafana/data';
import * as runtime from '@grafana/runtime';
import { PrometheusSource, runRequest } from './source';
import { pluginOf } from './panels';

const FIELD_OPTIONS = [
  'displayName',
  'unit',
  'min',
  'max',
  'decimals',
  'color',
  'noValue',
  'thresholds',
  'mappings',
  'links',
  'actions',
  'filterable',
  'fieldMinMax',
];
const OF_NUMBERS = ['min', 'max', 'decimals'];
const DEFAULTS: Record<string, unknown> = {
  thresholds: { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }] },
  color: { mode: 'thresholds' },
  mappings: [],
};
const EDITORS = [
  'unit',
  'number',
  'text',
  'boolean',
  'select',
  'radio',
  'color',
  'slider',
  'multi-select',
  'field-name',
  'strings',
  'stats-picker',
  'timezone',
  'fieldColor',
  'thresholds',
  'mappings',
  'links',
];

const fieldOption = (id: string): any => ({
  id,
  path: id,
  name: id,
  description: '',
  editor: () => null,
  override: () => null,
  process: identityOverrideProcessor,
  shouldApply: (field: any) => !OF_NUMBERS.includes(id) || field.type === FieldType.number,
  settings: {},
  getItemsCount: () => 0,
  ...(id in DEFAULTS ? { defaultValue: DEFAULTS[id] } : {}),
});

const settings: any = {
  id: 1,
  uid: 'prometheus',
  name: 'Prometheus',
  type: 'prometheus',
  isDefault: true,
  access: 'proxy',
  readOnly: false,
  jsonData: {},
  meta: { id: 'prometheus', name: 'Prometheus', info: { logos: {} }, metrics: true },
};

export const register = (scrapeSeconds: number, ready: () => Promise<any>) => {
  standardFieldConfigEditorRegistry.setInit(() => FIELD_OPTIONS.map(fieldOption));
  standardEditorsRegistry.setInit(() => EDITORS.map((id) => ({ id, name: id, editor: () => null }) as any));
  const transformers = new Map(Object.values(standardTransformers).map((one: any) => [one.id, one]));
  standardTransformersRegistry.setInit(() =>
    [...transformers.values()].map(
      (one) => ({ id: one.id, name: one.name, editor: () => null, transformation: async () => one }) as any,
    ),
  );
  const source = Object.assign(new PrometheusSource(settings, scrapeSeconds, ready) as any, {
    uid: settings.uid,
    type: settings.type,
    meta: settings.meta,
    getRef: () => ({ type: settings.type, uid: settings.uid }),
  });
  runtime.setDataSourceSrv({
    get: async () => source,
    getList: () => [settings],
    getInstanceSettings: () => settings,
    reload() {},
    registerRuntimeDataSource() {},
  } as any);
  runtime.setRunRequest(runRequest as any);
  runtime.setPluginImportUtils({ importPanelPlugin: async (id: string) => pluginOf(id), getPanelPluginFromCache: pluginOf });
  runtime.setTemplateSrv({
    replace: (text: string) => text,
    getVariables: () => [],
    containsTemplate: () => false,
    updateTimeRange() {},
  } as any);
  runtime.setEchoSrv({ addEvent() {}, addBackend() {}, flush() {} } as any);
  runtime.setAppEvents(new EventBusSrv());
  runtime.setPluginLinksHook(() => ({ links: [], isLoading: false }) as any);
  const others = runtime as any;
  others.setPluginComponentsHook?.(() => ({ components: [], isLoading: false }));
  others.setReturnToPreviousHook?.(() => () => {});
};
