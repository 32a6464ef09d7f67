// SPDX-License-Identifier: Apache-2.0
// Draws one dashboard. In the address: d, its file; from and to; scrape, in seconds; every variable as var-NAME.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router-dom';
import { createTheme, ThemeContext } from '@grafana/data';
import { config } from '@grafana/runtime';
import {
  dataLayers,
  DataSourceVariable,
  EmbeddedScene,
  QueryVariable,
  SceneControlsSpacer,
  SceneDataLayerSet,
  SceneDataTransformer,
  sceneGraph,
  SceneGridItem,
  SceneGridLayout,
  SceneGridRow,
  SceneQueryRunner,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  VariableValueSelectors,
  VizPanel,
} from '@grafana/scenes';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { register } from './registries';

const address = new URLSearchParams(location.search);
const theme = createTheme({ colors: { mode: 'dark' } });
(config as any).theme2 = theme;
const made = Promise.withResolvers<EmbeddedScene>();
/** Annotations are asked for once, as soon as there is a scene: before its variables have values. */
const ready = async () => {
  const scene = await made.promise;
  const busy = () => sceneGraph.getVariables(scene).state.variables.some((one: any) => one.state.loading || one.getValue() === '');
  while (busy()) await new Promise((resolve) => setTimeout(resolve, 50));
  return scene;
};
register(Number(address.get('scrape')), ready);

const variable = (one: any) => {
  if (one.type === 'datasource')
    return new DataSourceVariable({ name: one.name, label: one.label, pluginId: one.query, value: 'prometheus' });
  const chosen = address.get(`var-${one.name}`);
  const value = chosen ? [chosen] : one.includeAll ? ['$__all'] : undefined;
  return new QueryVariable({
    name: one.name,
    label: one.label,
    datasource: one.datasource,
    query: one.query,
    refresh: one.refresh,
    sort: one.sort,
    isMulti: one.multi,
    includeAll: one.includeAll,
    allValue: one.allValue,
    ...(value ? { value, text: chosen ? [chosen] : ['All'] } : {}),
  });
};

const panel = (one: any) => {
  const queries = new SceneQueryRunner({ queries: one.targets, datasource: one.datasource, maxDataPoints: one.maxDataPoints });
  const $data = one.transformations?.length
    ? new SceneDataTransformer({ $data: queries, transformations: one.transformations })
    : queries;
  const { title, description, options, fieldConfig } = one;
  return new VizPanel({ title, description, pluginId: one.type, options, fieldConfig, $data });
};

const place = (one: any) =>
  new SceneGridItem({ x: one.gridPos.x, y: one.gridPos.y, width: one.gridPos.w, height: one.gridPos.h, body: panel(one) });

const layout = (panels: any[]) => {
  const rows: SceneGridRow[] = [];
  for (const one of panels)
    if (one.type === 'row') rows.push(new SceneGridRow({ title: one.title, y: one.gridPos.y, isCollapsed: false, children: [] }));
    else {
      const row = rows.at(-1)!;
      row.setState({ children: [...row.state.children, place(one)] });
    }
  return new SceneGridLayout({ isDraggable: false, isLazy: false, children: rows });
};

const annotation = (query: any) =>
  new dataLayers.AnnotationsDataLayer({ name: query.name, query, isEnabled: query.enable, isHidden: false });

const draw = async () => {
  const dashboard = await (await fetch(`/${address.get('d')}`)).json();
  const scene = new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: address.get('from') ?? dashboard.time.from,
      to: address.get('to') ?? dashboard.time.to,
      timeZone: 'utc',
    }),
    $variables: new SceneVariableSet({ variables: dashboard.templating.list.map(variable) }),
    $data: new SceneDataLayerSet({ layers: (dashboard.annotations?.list ?? []).map(annotation) }),
    controls: [new VariableValueSelectors({}), new SceneControlsSpacer(), new SceneTimePicker({})],
    body: layout(dashboard.panels),
  });
  made.resolve(scene);
  createRoot(document.getElementById('root')!).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <BrowserRouter>
        <h3 style={{ color: theme.colors.text.primary, fontFamily: theme.typography.fontFamily }}>{dashboard.title}</h3>
        <scene.Component model={scene} />
      </BrowserRouter>
      <PortalContainer />
    </ThemeContext.Provider>,
  );
  // For whoever takes the picture: what each panel has got.
  (window as any).panels = () =>
    sceneGraph
      .findAllObjects(scene, (object: any) => object instanceof VizPanel)
      .map((object: any) => {
        const data: any = sceneGraph.getData(object).state.data;
        return { title: object.state.title, type: object.state.pluginId, state: data?.state, error: data?.errors?.[0]?.message };
      });
};

void draw();
