// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium, driven by playwright-core from the test's own packages.
import { createRequire } from "node:module";

const packages = createRequire(`${process.env.HNV_BROWSER_MODULES}/`);
const { chromium } = packages("playwright-core");
export const axePath = packages.resolve("axe-core/axe.min.js");

export const launch = () =>
  chromium.launch({
    executablePath: process.env.HNV_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
