/** The status page as it is used: on a phone, by keyboard, in the background, in the dark. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { openPage, startBrowser } from "./browser.ts";
import { startNode, type NodeProcess } from "./node.ts";
import { runTraffic } from "./traffic.ts";

let browser: Browser;
let node: NodeProcess;

before(async () => {
  [browser, node] = await Promise.all([startBrowser(), startNode({ node: { id: `node-${"x".repeat(58)}` } })]);
  const labels = { note: "l".repeat(200) };
  for (let index = 0; index < 5; index += 1) await node.call("/api/v1/tasks", { type: "t".repeat(60), labels });
  await node.call("/api/maintenance/enable", { reason: "r".repeat(300) });
});

after(async () => {
  await browser.close();
  await node[Symbol.asyncDispose]();
});

test("nothing is wider than a phone", async () => {
  const { page, problems } = await openPage(browser, node.url, {
    viewport: { width: 360, height: 780 },
    hasTouch: true,
  });
  await page.locator("#maintenance").waitFor();
  await page.locator("#task-list table").waitFor();
  await page.evaluate(`for (const group of document.querySelectorAll("details")) group.open = true;`);
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360);
  assert.deepEqual(problems, []);
  await page.context().close();
});

test("everything can be reached and read by keyboard", async () => {
  const { page, problems } = await openPage(browser, node.url);
  await page.locator("#config-groups details").first().waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.id"), "content");
  await page.keyboard.press("Tab");
  const chart = page.getByRole("slider", { name: "Requests, chart" });
  assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-label')"), "Requests, chart");
  await page.locator('.chart:first-child .line[d^="M"]').waitFor({ state: "attached", timeout: 15_000 });
  await page.keyboard.press("Home");
  assert.match((await chart.getAttribute("aria-valuetext")) ?? "", /^\d\d:\d\d:\d\d: [\d.]+ \/s$/);
  await page.keyboard.press("Escape");
  assert.match((await chart.getAttribute("aria-valuetext")) ?? "", /^now: [\d.]+ \/s$/);
  await page.locator("details[data-name=api] summary").focus();
  await page.keyboard.press("Enter");
  await page.locator('dt:text-is("api.port")').waitFor();
  assert.deepEqual(problems, []);
  await page.context().close();
});

test("a page in the background asks nothing, and asks at once when it is looked at", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(node.url);
  await page.locator("#task-list table").waitFor();
  // The first question of each round.
  const rounds: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/ready")) rounds.push(request.url());
  });
  const next = page.waitForRequest("**/api/v1/ready");
  await page.clock.runFor(3_500);
  await next;
  await page.evaluate(setHidden(true));
  const before = rounds.length;
  await page.clock.runFor(120_000);
  assert.equal(rounds.length, before);
  const seen = page.waitForRequest("**/api/v1/ready");
  await page.evaluate(setHidden(false));
  await seen;
  await context.close();
});

/** What a browser does when its tab goes into the background or comes back. */
function setHidden(hidden: boolean): string {
  return `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));`;
}

test("the colours follow the reader's scheme", async () => {
  const backgrounds = await Promise.all(
    (["light", "dark"] as const).map(async (colorScheme) => {
      const { page } = await openPage(browser, node.url, { colorScheme });
      const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      await page.context().close();
      return background;
    }),
  );
  assert.deepEqual(backgrounds, ["rgb(245, 246, 248)", "rgb(15, 18, 22)"]);
});

// `UPDATE_SCREENSHOTS=1` draws the picture of the documentation anew: a node at work for five minutes.
if (process.env["UPDATE_SCREENSHOTS"] === "1") {
  test("the picture of the documentation", async () => {
    const image = join(import.meta.dirname, "../../docs/images/status-page.png");
    await using working = await startNode({
      node: { id: "coordinator-1", region: "eu-north", zone: "eu-north-1a", labels: { team: "platform" } },
      cluster: { name: "build-farm" },
    });
    const { page } = await openPage(browser, working.url, { colorScheme: "light" });
    const stop = new AbortController();
    const traffic = runTraffic((path, body) => working.call(path, body), 14, stop.signal);
    try {
      await Promise.race([delay(5 * 60_000), traffic]);
      mkdirSync(dirname(image), { recursive: true });
      await page.screenshot({ path: image, fullPage: true });
    } finally {
      stop.abort();
      await traffic.catch(() => undefined);
      await page.context().close();
    }
  });
}
