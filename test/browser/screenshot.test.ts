/** `UPDATE_SCREENSHOTS=1` draws docs/images/status-page.png anew: a node at work for five minutes. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openPage, startBrowser } from "./browser.ts";
import { startNode } from "./node.ts";
import { runTraffic } from "./traffic.ts";

const image = join(import.meta.dirname, "../../docs/images/status-page.png");
const workMilliseconds = 5 * 60_000;

if (process.env["UPDATE_SCREENSHOTS"] === "1") {
  test("the picture of the documentation", async () => {
    await using node = await startNode({
      node: { id: "coordinator-1", region: "eu-north", zone: "eu-north-1a", labels: { team: "platform" } },
      cluster: { name: "build-farm" },
    });
    const browser = await startBrowser();
    const { page } = await openPage(browser, node.url, {
      viewport: { width: 1280, height: 900 },
      colorScheme: "light",
    });
    const traffic = new AbortController();
    const working = runTraffic((path, body) => node.call(path, body), 14, traffic.signal);
    try {
      await Promise.race([delay(workMilliseconds), working]);
      mkdirSync(dirname(image), { recursive: true });
      await page.screenshot({ path: image, fullPage: true });
    } finally {
      traffic.abort();
      await browser.close();
      await working.catch(() => undefined);
    }
  });
}
