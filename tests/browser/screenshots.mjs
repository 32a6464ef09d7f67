// SPDX-License-Identifier: Apache-2.0
// screenshots.mjs FOLDER: the pictures for the README.
import { mkdir } from "node:fs/promises";
import { launch } from "./chromium.mjs";
import { PageServer } from "./page_server.mjs";

const PICTURES = [
  { name: "page-light", scene: "failover", colorScheme: "light", viewport: { width: 1040, height: 800 } },
  { name: "page-dark-phone", scene: "good", colorScheme: "dark", viewport: { width: 390, height: 1000 } },
];

const folder = process.argv[2];
await mkdir(folder, { recursive: true });
const browser = await launch();
try {
  for (const { name, scene, ...options } of PICTURES) {
    const server = await PageServer.start(scene);
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    await page.goto(server.url);
    await page.locator("#connection.live").waitFor();
    await page.screenshot({ path: `${folder}/${name}.png` });
    console.log(`    ${folder}/${name}.png`);
    await context.close();
    await server.stop();
  }
} finally {
  await browser.close();
}
