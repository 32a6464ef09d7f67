// SPDX-License-Identifier: Apache-2.0
// Annotations on a time axis, as Grafana's panels draw them: a dashed line and a triangle where something happened, two lines and a
// shade where it lasted.
import React from 'react';
import { colorManipulator, type DataFrame } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

const DASH = 2;
const TRIANGLE = 4;
export const SHADE = 0.1;

export type Mark = { from: number; to?: number; color: string };

/** The marks that begin or end in the range. */
export const marksOf = (frames: DataFrame[] | undefined, range: any, theme: any): Mark[] =>
  (frames ?? [])
    .flatMap((frame) => {
      const column = (name: string) => frame.fields.find((field) => field.name === name)?.values ?? [];
      const [times, ends, colors] = ['time', 'timeEnd', 'color'].map(column);
      return times.map((from: number, i: number) => ({
        from,
        to: ends[i] > from ? ends[i] : undefined,
        color: theme.visualization.getColorByName(colors[i]),
      }));
    })
    .filter((mark) => (mark.to ?? mark.from) >= range.from.valueOf() && mark.from <= range.to.valueOf());

const draw = (plot: any, marks: Mark[]) => {
  const { ctx, bbox } = plot;
  const within = (time: number) => Math.min(Math.max(plot.valToPos(time, 'x', true), bbox.left), bbox.left + bbox.width);
  ctx.save();
  for (const { from, to, color } of marks) {
    ctx.strokeStyle = ctx.fillStyle = color;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * DASH * devicePixelRatio, 2 * DASH * devicePixelRatio]);
    for (const time of to ? [from, to] : [from]) {
      ctx.beginPath();
      ctx.moveTo(within(time), bbox.top);
      ctx.lineTo(within(time), bbox.top + bbox.height);
      ctx.stroke();
    }
    const size = TRIANGLE * devicePixelRatio;
    const bottom = bbox.top + bbox.height;
    if (to) {
      ctx.fillRect(within(from), bottom, within(to) - within(from), size);
      ctx.fillStyle = colorManipulator.alpha(color, SHADE);
      ctx.fillRect(within(from), bbox.top, within(to) - within(from), bbox.height);
    } else {
      ctx.beginPath();
      ctx.moveTo(within(from), bottom);
      ctx.lineTo(within(from) - size, bottom + size);
      ctx.lineTo(within(from) + size, bottom + size);
      ctx.fill();
    }
  }
  ctx.restore();
};

/** Inside a graph of uPlot. */
export const Marks = ({ config, frames, range }: any) => {
  const theme = useTheme2();
  const plot = React.useRef<any>(undefined);
  const marks = React.useRef<Mark[]>([]);
  marks.current = marksOf(frames, range, theme);
  React.useLayoutEffect(() => {
    config.addHook('init', (made: any) => (plot.current = made));
    config.addHook('draw', (made: any) => draw(made, marks.current));
  }, [config]);
  React.useEffect(() => plot.current?.redraw(), [frames]);
  return null;
};
