// SPDX-License-Identifier: Apache-2.0
// A state time line. Grafana's own is in no npm package: this one has its colours and words, not its pixels.
import React from 'react';
import { FieldType, getDisplayProcessor } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { marksOf, SHADE } from './marks';

const NAMES = 190;
const AXIS = 22;
const TICKS = 8;
const HOUR_MS = 3_600_000;
const ROOM_FOR_TEXT = 60;

type Segment = { from: number; to: number; value: number };

const segmentsOf = (times: number[], values: number[], step: number, end: number): Segment[] => {
  const segments: Segment[] = [];
  times.forEach((time, i) => {
    const next = times[i + 1];
    const to = next !== undefined && next - time <= step * 1.5 ? next : Math.min(time + step, end);
    const last = segments.at(-1);
    if (last && last.value === values[i] && last.to === time) last.to = to;
    else segments.push({ from: time, to, value: values[i] });
  });
  return segments;
};

/** Full hours within the range. */
const ticksOf = (begin: number, end: number): number[] => {
  const step = Math.ceil((end - begin) / TICKS / HOUR_MS) * HOUR_MS;
  const first = (Math.floor(begin / step) + 1) * step;
  return Array.from({ length: Math.ceil((end - first) / step) }, (_, i) => first + i * step);
};

const rowsOf = (series: any[]) =>
  series.flatMap((frame) => {
    const time = frame.fields.find((field: any) => field.type === FieldType.time);
    return frame.fields.filter((field: any) => field !== time).map((field: any) => ({ time, field }));
  });

export const Timeline = (p: any) => {
  const theme = useTheme2();
  const begin = p.timeRange.from.valueOf();
  const end = p.timeRange.to.valueOf();
  const rows = rowsOf(p.data.series);
  const height = (p.height - AXIS) / Math.max(rows.length, 1);
  const x = (time: number) => NAMES + ((Math.max(time, begin) - begin) / (end - begin)) * (p.width - NAMES);
  return (
    <svg width={p.width} height={p.height} style={{ fontFamily: theme.typography.fontFamily, fontSize: 12 }}>
      {rows.map(({ time, field }, i) => {
        const display = field.display ?? getDisplayProcessor({ field, theme });
        const name = field.state?.displayName ?? field.config.displayNameFromDS ?? field.name;
        return (
          <g key={i}>
            <text x={NAMES - 8} y={(i + 0.5) * height + 4} textAnchor="end" fill={theme.colors.text.primary}>
              {name}
            </text>
            {segmentsOf(time.values, field.values, time.config.interval, end).map((segment, k) => {
              const shown = display(segment.value);
              const width = Math.max(x(segment.to) - x(segment.from), 1);
              return (
                <g key={k}>
                  <rect
                    x={x(segment.from)}
                    y={(i + 0.1) * height}
                    width={width}
                    height={height * 0.8}
                    fill={shown.color}
                    fillOpacity={0.7}
                  />
                  {width > ROOM_FOR_TEXT && (
                    <text x={x(segment.from) + 6} y={(i + 0.5) * height + 4} fill="#fff">
                      {shown.text}
                    </text>
                  )}
                </g>
              );
            })}
          </g>
        );
      })}
      {marksOf(p.data.annotations, p.timeRange, theme).map(({ from, to, color }, i) => (
        <g key={`mark${i}`} stroke={color} strokeDasharray="4 4">
          {[from, ...(to ? [to] : [])].map((time) => (
            <line key={time} x1={x(time)} x2={x(time)} y1={0} y2={p.height - AXIS} />
          ))}
          {to && (
            <rect
              x={x(from)}
              y={0}
              width={x(Math.min(to, end)) - x(from)}
              height={p.height - AXIS}
              fill={color}
              fillOpacity={SHADE}
              stroke="none"
            />
          )}
        </g>
      ))}
      {ticksOf(begin, end).map((time) => (
        <text key={time} x={x(time)} y={p.height - 5} textAnchor="middle" fill={theme.colors.text.secondary}>
          {new Date(time).toTimeString().slice(0, 5)}
        </text>
      ))}
    </svg>
  );
};
