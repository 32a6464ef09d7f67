// SPDX-License-Identifier: Apache-2.0
// The status page as a reader meets it, in a real Chromium.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axePath, launch } from "./chromium.mjs";
import { PageServer } from "./page_server.mjs";

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 900 };
const SCENES = ["good", "failover", "stale", "unreadable", "empty", "migrating", "hostile", "three", "ten", "hundred"];

let server;
let browser;

before(async () => {
  server = await PageServer.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

// A page in a context of its own; whatever the browser complains of (the content security policy, a
// script's error) fails the test.
async function withPage(options, look) {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    // What the tests cause by stopping the server.
    if (message.type() === "error" && !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|503/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  try {
    await look(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

const headline = (page) => page.locator("#headline");
const live = (page) => page.locator("#connection.live").waitFor();

async function violations(page) {
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
}

let axeText;
async function axeSource() {
  axeText ??= await (await import("node:fs/promises")).readFile(axePath, "utf8");
  return axeText;
}

const sidewaysScroll = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test("a change is on the page within two seconds, and is read out once", async () => {
  await server.show("good");
  await withPage({}, async (page) => {
    await page.goto(server.url);
    await live(page);
    assert.match(await headline(page).innerText(), /The SR-IOV device carries the traffic, as it should/);
    assert.equal(await page.locator("#announcement").innerText(), "");
    await server.show("failover");
    await page.waitForFunction(() => /The virtual device/.test(document.getElementById("headline").textContent), null, {
      timeout: 2000,
    });
    assert.match(await page.locator("#announcement").innerText(), /The virtual device carries the traffic/);
    assert.match(await page.title(), /^!/);
    assert.match(await page.locator(".failovers li").first().innerText(), /its link went down/);
    assert.equal(await page.locator(".picture .active .name").innerHTML(), "env5");
    assert.equal(await page.locator("[aria-live]").count(), 1);
  });
});

test("what follows by itself is accessible too, also when it has lost the exporter", async () => {
  await server.show("good");
  await withPage({}, async (page) => {
    await page.goto(server.url);
    await live(page);
    await page.evaluate(await axeSource());
    await server.show("failover");
    await page.waitForFunction(() => /The virtual device/.test(document.getElementById("headline").textContent));
    const both = async () => {
      for (const colorScheme of ["dark", "light"]) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), []);
      }
    };
    await both();
    const { port } = server;
    await server.stop();
    await page.locator("#connection.lost").waitFor({ timeout: 12000 });
    await both();
    server = await PageServer.start("good", port);
  });
});

test("what the reader folded, focused and selected stays through an update", async () => {
  await server.show("ten");
  await withPage({}, async (page) => {
    await page.goto(server.url);
    await live(page);
    const folded = page.locator("article:has(h2:text-is('bond101')) summary");
    await folded.focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("article:has(h2:text-is('bond101')) details").getAttribute("open"), "");
    await server.show("hundred");
    await page.waitForFunction(() => document.querySelectorAll("article").length === 100);
    assert.equal(await page.locator("article:has(h2:text-is('bond101')) details").getAttribute("open"), "");
    assert.equal(await page.evaluate(() => document.activeElement.querySelector("h2").textContent), "bond101");
  });
});

test("without scripts the page is whole and asks for itself again", async () => {
  await server.show("failover");
  await withPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(server.url);
    assert.match(await headline(page).innerText(), /The virtual device carries the traffic/);
    assert.equal(await page.locator(".picture").count(), 1);
    assert.equal(await page.locator(".chart path.receive").count(), 2);
    assert.equal(await page.locator("#connection").isVisible(), false);
    await server.show("good");
    await page.locator("#headline.good").waitFor({ timeout: 8000 });
  });
});

test("a page that stands still has no script", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${server.url}?live=off`);
    assert.equal(await page.locator("script").count(), 0);
    await page.getByRole("link", { name: "Go live" }).click();
    await live(page);
  });
});

test("the keyboard reaches everything, in its order", async () => {
  await server.show("three");
  await withPage({}, async (page) => {
    await page.goto(`${server.url}?live=off`);
    const wanted = await page.evaluate(() => {
      const all = [...document.querySelectorAll("a[href], summary, [tabindex='0']")];
      globalThis.reached = () => all.indexOf(document.activeElement);
      return all.flatMap((one, index) => (one.checkVisibility() ? [index] : []));
    });
    const reached = [];
    while (reached.length <= wanted.length) {
      await page.keyboard.press("Tab");
      const next = await page.evaluate(() => globalThis.reached());
      if (next === -1 || reached.includes(next)) break;
      reached.push(next);
    }
    assert.ok(wanted.length > 6);
    assert.deepEqual(reached, wanted);
  });
});

test("who skips to the bonds comes to their first summary, and sees it", async () => {
  await server.show("ten");
  await withPage({}, async (page) => {
    await page.goto(server.url);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the bonds");
    const skip = await page.locator(".skip").boundingBox();
    assert.ok(skip.x >= 0, "the link is seen once it has the focus");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.nodeName), "SUMMARY");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, "none");
  });
});

for (const scene of SCENES) {
  test(`"${scene}" fits a phone and a screen, light and dark, and is accessible`, async () => {
    await server.show(scene);
    await withPage({}, async (page) => {
      await page.goto(`${server.url}?live=off`);
      await page.evaluate(await axeSource());
      for (const [viewport, colorScheme] of [[PHONE, "dark"], [DESKTOP, "light"]]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        assert.equal(await sidewaysScroll(page), 0);
      }
      // Of many bonds that look alike, a few tell.
      const most = scene === "hostile" ? 7 : 3;
      await page.evaluate((count) => {
        const cards = [...document.querySelectorAll("article")];
        for (const card of cards.slice(count)) card.remove();
        for (const card of cards) card.querySelector("details").open = true;
      }, most);
      for (const [viewport, colorScheme] of [[PHONE, "dark"], [DESKTOP, "light"]]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        assert.equal(await sidewaysScroll(page), 0);
        assert.deepEqual(await violations(page), []);
      }
    });
  });
}

test("dark and light differ, and movement stops where it is not wanted", async () => {
  await server.show("good");
  const background = {};
  for (const colorScheme of ["light", "dark"]) {
    await withPage({ colorScheme, reducedMotion: "reduce" }, async (page) => {
      await page.goto(server.url);
      background[colorScheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const animation = await page.locator(".flow").evaluate((path) => getComputedStyle(path).animationName);
      assert.equal(animation, "none");
    });
  }
  assert.notEqual(background.light, background.dark);
});

test("hostile names are text, also after an update", async () => {
  await server.show("good");
  await withPage({}, async (page) => {
    await page.goto(server.url);
    await live(page);
    await server.show("hostile");
    await page.waitForFunction(() => document.querySelectorAll("article").length === 7);
    assert.equal(await page.locator("main img, main script, main svg svg").count(), 0);
    const names = await page.locator("h2").allInnerTexts();
    for (const name of ["<img/onerror=x", "\"'><svg", "&lt;b&gt;", "</p><script>"]) assert.ok(names.includes(name), name);
    assert.ok(!/[\u202a-\u202e\u0000-\u0008\u001b]/.test(await page.locator("body").innerText()));
  });
});

test("of a hundred bonds the worst comes first and the healthy ones are folded", async () => {
  await server.show("hundred");
  await withPage({}, async (page) => {
    await page.goto(server.url);
    assert.match(await headline(page).innerText(), /1 of 100 bonds needs attention/);
    assert.equal(await page.locator("article").first().getAttribute("class"), "attention");
    assert.equal(await page.locator("details[open]").count(), 1);
    const heights = await page.locator("details:not([open])").evaluateAll((all) => all.map((one) => one.offsetHeight));
    assert.ok(Math.max(...heights) < 60);
  });
});

test("an exporter that goes away is told of, and one that comes back is followed again", async () => {
  await server.show("good");
  await withPage({}, async (page) => {
    await page.goto(server.url);
    await live(page);
    const { port } = server;
    await server.stop();
    await page.locator("#connection.lost").waitFor({ timeout: 12000 });
    server = await PageServer.start("three", port);
    await page.waitForFunction(() => document.querySelectorAll("article").length === 3, null, { timeout: 12000 });
    await live(page);
  });
});

test("a page that gets no stream asks instead", async () => {
  await server.show("good");
  const streams = [];
  for (let taken = 0; taken < 8; ++taken) {
    const control = new AbortController();
    await fetch(`${server.url}api/v1/stream`, { signal: control.signal });
    streams.push(control);
  }
  try {
    assert.equal((await fetch(`${server.url}api/v1/stream`)).status, 503);
    await withPage({}, async (page) => {
      await page.goto(server.url);
      await live(page);
      await server.show("failover");
      await page.locator("#headline.attention").waitFor({ timeout: 8000 });
    });
  } finally {
    for (const control of streams) control.abort();
  }
});
