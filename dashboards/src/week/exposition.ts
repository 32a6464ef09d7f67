// SPDX-License-Identifier: Apache-2.0
// A file in the OpenMetrics format: samples of many moments, each family in one piece.

type Labels = Record<string, string>;

const text = (labels: Labels) =>
  Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',');

export class Exposition {
  private readonly families = new Map<string, { type: string; lines: string[] }>();

  /** `type` is that of the family; a counter's name ends in _total, a histogram's sample in _bucket, _sum or _count. */
  add(type: 'gauge' | 'counter' | 'histogram', name: string, labels: Labels, value: number, at: number) {
    const family =
      type === 'counter' ? name.replace(/_total$/, '') : type === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name;
    const entry = this.families.get(family) ?? { type, lines: [] };
    this.families.set(family, entry);
    entry.lines.push(`${name}{${text(labels)}} ${value} ${at}`);
  }

  /** The page in pieces, so that no string becomes too long. */
  *pieces(): Generator<string> {
    for (const [family, { type, lines }] of this.families) yield `# TYPE ${family} ${type}\n${lines.join('\n')}\n`;
    yield '# EOF\n';
  }
}
