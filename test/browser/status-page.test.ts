/** The status page of a real node in a real browser: what a reader sees, word for word. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openPage, startBrowser } from "./browser.ts";
import { startNode } from "./node.ts";

let browser: Browser;

before(async () => {
  browser = await startBrowser();
});

after(async () => {
  await browser.close();
});

/** Waits until an element has exactly this text; says what it has instead when that doesn't come. */
async function shows(page: Page, selector: string, text: string): Promise<void> {
  const target = page.locator(selector);
  const exact = new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
  try {
    await target.filter({ hasText: exact }).first().waitFor({ timeout: 20_000 });
  } catch (error) {
    const found = await target.allTextContents();
    throw new Error(`${selector} never shows ${JSON.stringify(text)} but ${JSON.stringify(found)}`, { cause: error });
  }
}

async function fact(page: Page, name: string): Promise<string | null> {
  return page
    .locator("#facts > div")
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator("dd")
    .textContent();
}

test("what the node is, how it is, and its load", async () => {
  await using node = await startNode({
    node: { id: "coordinator-1", region: "eu-north", labels: { team: "platform" } },
    cluster: { name: "build-farm" },
  });
  const { page, problems, requests } = await openPage(browser, node.url);
  await shows(page, "#node-id", "coordinator-1");
  await shows(page, "#state", "Healthy");
  assert.equal(await page.title(), "Healthy: coordinator-1");
  await shows(page, "#subtitle", "system coordinator · cluster build-farm · leader · version 0.1.0");
  assert.equal(await fact(page, "Cluster"), "build-farm");
  assert.equal(await fact(page, "Role"), "member, leader in term 1");
  assert.equal(await fact(page, "API"), node.url.replace("http://", ""));
  assert.equal(await fact(page, "Place"), "eu-north");
  assert.equal(await fact(page, "Labels"), "team=platform");
  assert.match((await page.locator("#freshness").textContent()) ?? "", /^up .+ · answered at \d\d:\d\d:\d\d$/);
  const marks = await page.locator(".check .mark").allTextContents();
  assert.ok(marks.length >= 4);
  assert.deepEqual(new Set(marks), new Set(["healthy"]));
  // The first sample comes within 5 s.
  await page
    .locator(".chart .line")
    .first()
    .and(page.locator('[d^="M"]'))
    .waitFor({ state: "attached", timeout: 15_000 });
  assert.equal(await page.locator(".chart").count(), 8);
  const [summary] = await page.locator(".chart figcaption").allTextContents();
  assert.match(summary ?? "", /^Requests over the last 5 minutes: now [\d.]+ \/s; between [\d.]+ and [\d.]+ \/s\.$/);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    requests.filter((url) => !url.startsWith(`${node.url}/`)),
    [],
  );
  await page.context().close();
});

test("a task is seen from its submission to its end", async () => {
  await using node = await startNode();
  const { page, problems } = await openPage(browser, node.url);
  await shows(page, "#task-list", "No tasks yet.");
  const { id } = (await node.call("/api/v1/tasks", { type: "build" })) as { id: string };
  await shows(page, "#task-list .tag", "pending");
  await shows(page, "[data-state=pending]", "1 pending");
  assert.equal(await page.locator("#task-list code").getAttribute("title"), id);
  const claimed = (await node.call("/api/v1/tasks/claim", { worker_id: "worker-7" })) as {
    tasks: { claim: { fencing_token: number } }[];
  };
  await shows(page, "#task-list .tag", "running");
  await shows(page, "#task-list td:nth-child(5)", "worker-7");
  await node.call(`/api/v1/tasks/${id}/complete`, { fencing_token: claimed.tasks[0]?.claim.fencing_token });
  await shows(page, "#task-list .tag", "completed");
  await shows(page, "[data-state=completed]", "1 completed");
  await shows(page, "#operation-list tbody tr:nth-child(1) td:nth-child(4)", "running → completed");
  const changes = await page.locator("#operation-list td:nth-child(4)").allTextContents();
  assert.deepEqual(changes, ["running → completed", "pending → running", "new → pending"]);
  await page.getByRole("button", { name: "0 failed" }).click();
  await shows(page, "#task-list", "No task is failed.");
  assert.equal(await page.locator("[data-state=failed]").getAttribute("aria-pressed"), "true");
  await page.keyboard.press("Enter");
  await shows(page, "#task-list .tag", "completed");
  assert.deepEqual(problems, []);
  await page.context().close();
});

test("maintenance mode is announced, and its reason is text and nothing else", async () => {
  await using node = await startNode();
  const { page, problems } = await openPage(browser, node.url);
  await shows(page, "#state", "Healthy");
  assert.equal(await page.locator("#maintenance").isVisible(), false);
  const reason = `<img src="/none" onerror="document.title='hacked'">`;
  await node.call("/api/maintenance/enable", { reason });
  await page.locator("#maintenance").waitFor();
  const text = (await page.locator("#maintenance").textContent()) ?? "";
  assert.match(text, /^Maintenance since \d\d:\d\d:\d\d: /);
  assert.ok(text.endsWith(`: ${reason}. No tasks are taken or given out; none runs any more.`), text);
  assert.equal(await page.locator("img").count(), 0);
  await node.call("/api/maintenance/disable", {});
  await page.locator("#maintenance").waitFor({ state: "hidden" });
  assert.deepEqual(problems, []);
  await page.context().close();
});

test("a node that wants a credential is asked with one, and no secret comes into the page", async () => {
  const admin = "admin-token-4f1d0c7be2a95836";
  const key = "reader-key-b8e3715fa0c4d962";
  await using node = await startNode({
    security: {
      auth: { enabled: true },
      admin_token: admin,
      api_keys: [{ key, name: "Reader", permissions: ["data:read"] }],
    },
  });
  const { page, problems, requests } = await openPage(browser, node.url);
  await shows(page, "#credential-text", "This node asks for a credential.");
  await shows(page, "#state", "Ready");
  const input = page.getByPlaceholder("API key or token");
  await input.fill("wrong-key-000000000000");
  await input.press("Enter");
  await shows(page, "#credential-text", "The node doesn't accept this credential: the credential is not known");
  assert.equal(await page.locator("#config").isVisible(), false);
  await input.fill(key);
  await input.press("Enter");
  await shows(page, "#state", "Healthy");
  assert.equal(await page.locator("#credential").isVisible(), false);
  await page.getByLabel("Search").fill("security admin_token");
  await shows(page, "#config-found", "1 option");
  await shows(page, ".options > div:visible dd.secret", "(hidden)");
  await page.getByLabel("Search").fill("security key");
  await shows(page, '.options > div:has(dt:text-is("security.api_keys[0].key")) dd', "(hidden)");
  const everything = [await page.content(), await page.innerText("body"), page.url(), ...requests].join("\n");
  for (const secret of [admin, key]) assert.equal(everything.includes(secret), false);
  assert.equal(await page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length"), 0);
  assert.equal(await input.inputValue(), "");
  // The browser itself writes down each refusal.
  assert.deepEqual(
    problems.filter((problem) => !problem.includes("status of 401")),
    [],
  );
  await page.context().close();
});

test("a node that is gone is said to be gone, and is found again", async () => {
  await using node = await startNode();
  const { page, problems } = await openPage(browser, node.url);
  await shows(page, "#state", "Healthy");
  await node.kill();
  await shows(page, "#state", "No answer");
  const text = (await page.locator("#no-answer-text").textContent()) ?? "";
  assert.match(text, /^No answer since \d\d:\d\d:\d\d \(.+\)\. What is shown here is from then\.$/);
  await shows(page, "#node-id", "node-1");
  assert.equal(await page.title(), "No answer: node-1");
  await node.start();
  await page.getByRole("button", { name: "Try now" }).click();
  await shows(page, "#state", "Healthy");
  assert.equal(await page.locator("#no-answer").isVisible(), false);
  await page.locator("#facts").getByText("member, leader in term 2").waitFor();
  // The browser itself writes down each question without an answer.
  assert.deepEqual(
    problems.filter((problem) => !problem.includes("net::ERR_")),
    [],
  );
  await page.context().close();
});

test("a workload that has no tasks shows none", async () => {
  await using node = await startNode({ system: "maif" });
  const { page, problems } = await openPage(browser, node.url);
  await shows(page, "#subtitle", "system maif · cluster default · leader · version 0.1.0");
  await shows(
    page,
    "#reasons li",
    "workload artifacts is not available in this release; the node serves everything else",
  );
  await page.locator("#load").waitFor();
  for (const id of ["tasks", "operations", "maintenance"])
    assert.equal(await page.locator(`#${id}`).isVisible(), false);
  assert.deepEqual(problems, []);
  await page.context().close();
});
