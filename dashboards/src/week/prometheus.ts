// SPDX-License-Identifier: Apache-2.0
// A real Prometheus over the blocks of a folder, on a free port of the loopback, that scrapes nothing.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export type Sample = { metric: Record<string, string>; value: number };
type Answer = {
  status: string;
  error?: string;
  data?: {
    resultType: string;
    result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
  };
};

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });

export class Prometheus {
  private constructor(
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  /** `lookback`: how old a sample may be and still count as present, such as 31m. */
  static async start(program: string, folder: string, lookback: string): Promise<Prometheus> {
    const port = await freePort();
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, 'global: {}\n');
    const child = spawn(
      program,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${folder}`,
        '--storage.tsdb.retention.time=100y',
        `--query.lookback-delta=${lookback}`,
        `--web.listen-address=127.0.0.1:${port}`,
        // No merging of blocks: the folder stays as it was written.
        '--storage.tsdb.min-block-duration=2h',
        '--storage.tsdb.max-block-duration=2h',
        '--log.level=error',
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const stop = async () => {
      child.kill('SIGTERM');
      await ended;
    };
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 300; tries++) {
      if (child.exitCode !== null) throw new Error(`${program} ended with code ${child.exitCode}`);
      const ready = await fetch(`${url}/-/ready`).catch(() => undefined);
      if (ready?.ok) return new Prometheus(url, stop);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await stop();
    throw new Error(`${program} did not become ready within 30 s`);
  }

  private async ask(path: string, parameters: Record<string, string>) {
    const answer = (await (await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`)).json()) as Answer;
    if (answer.status !== 'success' || !answer.data) throw new Error(answer.error ?? 'no answer');
    return answer.data.result;
  }

  async query(query: string, time: number): Promise<Sample[]> {
    const result = await this.ask('query', { query, time: String(time) });
    return result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }));
  }

  /** The series between two times, each with how many points it has. */
  async range(query: string, start: number, end: number, step: number): Promise<Sample[]> {
    const result = await this.ask('query_range', { query, start: String(start), end: String(end), step: String(step) });
    return result.map(({ metric, values }) => ({ metric, value: values?.length ?? 0 }));
  }
}
