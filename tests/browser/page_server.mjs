// SPDX-License-Identifier: Apache-2.0
// Runs page_server (page_server.cpp): the real site with made-up facts.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class PageServer {
  #process;
  #lines;
  port;

  // The scene is that of the last quarter of an hour, too. Port 0: any that is free.
  static async start(scene = "failover", port = 0) {
    const server = new PageServer();
    server.#process = spawn(process.env.HNV_PAGE_SERVER, [scene, String(port)], { stdio: ["pipe", "pipe", "inherit"] });
    server.#lines = createInterface({ input: server.#process.stdout })[Symbol.asyncIterator]();
    const line = await server.#line();
    if (!line?.startsWith("port ")) throw new Error(`page_server does not start: ${line}`);
    server.port = Number(line.slice("port ".length));
    return server;
  }

  async #line() {
    return (await this.#lines.next()).value;
  }

  get url() {
    return `http://127.0.0.1:${this.port}/`;
  }

  // Returns when the scene is what the next look sees.
  async show(scene) {
    this.#process.stdin.write(`${scene}\n`);
    const line = await this.#line();
    if (line !== `shown ${scene}`) throw new Error(`page_server does not show ${scene}: ${line}`);
  }

  async stop() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.stdin.end();
    await ended;
  }
}
