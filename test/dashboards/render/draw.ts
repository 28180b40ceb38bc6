/** Pictures of dashboards. */
import { mkdir, stat } from "node:fs/promises";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Dashboard } from "@quorumkit/dashboards";
import { startBrowser } from "../../browser/browser.ts";
import type { RunningPrometheus } from "../../support/prometheus.ts";
import { ensureDebianPackages } from "../../support/toolchain.ts";
import { answer, type Shown } from "./data.ts";
import { page, pageWidth } from "./page.ts";

const run = promisify(execFile);

/** What pictures are made from. */
export interface Drawn {
  dashboards: readonly Dashboard[];
  prometheus: Pick<RunningPrometheus, "query" | "queryRange">;
  cluster: string;
  shown: Shown;
}

/** Draws each into `<folder>/<last part of its uid>.png`. @param done is told of each file, and its size in bytes */
export async function draw(
  { dashboards, prometheus, cluster, shown }: Drawn,
  folder: string,
  done: (file: string, bytes: number) => void,
): Promise<void> {
  await ensureDebianPackages(["chromium", "pngquant"]);
  await mkdir(folder, { recursive: true });
  const browser = await startBrowser();
  try {
    for (const dashboard of dashboards) {
      const html = page(await answer(dashboard, prometheus, cluster, shown));
      const tab = await browser.newPage({ viewport: { width: pageWidth, height: 200 } });
      await tab.setContent(html);
      const name = (dashboard.uid ?? "").replace(/^quorumkit-[a-z]+-/, "");
      const file = join(folder, `${name}.png`);
      await tab.screenshot({ path: file, fullPage: true });
      await tab.close();
      // A palette is enough for it, and a third of the size.
      await run("pngquant", ["--force", "--strip", "--speed", "1", "--output", file, file]);
      done(file, (await stat(file)).size);
    }
  } finally {
    await browser.close();
  }
}
