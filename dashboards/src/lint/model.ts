// SPDX-License-Identifier: Apache-2.0
// The part of Grafana's classic dashboard model that is checked. Read from JSON, so nothing is certain to be there.

export type Source = { type?: string; uid?: string };
export type Target = {
  refId?: string;
  expr?: string;
  datasource?: Source;
  legendFormat?: string;
  instant?: boolean;
  format?: string;
};
export type Rectangle = { x: number; y: number; w: number; h: number };
export type Field = { unit?: string; mappings?: unknown[]; noValue?: string };
export type Panel = {
  id?: number;
  type: string;
  title?: string;
  description?: string;
  datasource?: Source;
  gridPos?: Rectangle;
  targets?: Target[];
  fieldConfig?: { defaults?: Field; overrides?: { properties: { id: string; value: unknown }[] }[] };
  panels?: Panel[];
};
export type Variable = {
  name: string;
  type: string;
  query?: string | { query: string };
  datasource?: Source;
  refresh?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
};
export type Note = { name: string; expr?: string; datasource?: Source };
export type Link = { title: string; url?: string };
export type Dashboard = {
  id?: number | null;
  uid?: string;
  title?: string;
  description?: string;
  tags?: string[];
  editable?: boolean;
  schemaVersion?: number;
  version?: number;
  __inputs?: unknown;
  panels: Panel[];
  links?: Link[];
  templating?: { list?: Variable[] };
  annotations?: { list?: Note[] };
};

export const allPanels = (dashboard: Dashboard): Panel[] => dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
