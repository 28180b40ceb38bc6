/** Peer-to-peer as the node makes it, from its config. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { LiveConfig } from "../config/live-config.ts";
import { HealingMeter } from "../metrics/healing-meter.ts";
import { Metrics } from "../metrics/metrics.ts";
import { recordingLog, temporaryDirectory, testConfig } from "../node/test-support.ts";
import { PeerToPeer, type P2pEvent } from "./peer-to-peer.ts";
import { makePeerToPeer, p2pPhase } from "./phase.ts";
import { testToken } from "./test-support.ts";

function partsOf(dataDirectory: string, p2p: Record<string, unknown>) {
  const { log, records } = recordingLog();
  const config = testConfig(dataDirectory, { p2p });
  const loaded = { config, checksum: "", warnings: [], credentials: { adminToken: undefined, apiKeys: [] } };
  const metrics = new Metrics("coordinator_");
  const view = makePeerToPeer({
    config: new LiveConfig(loaded, { log, now: Date.now, load: () => Promise.resolve(loaded) }),
    joinToken: () => testToken,
    app: () => undefined,
    isReady: () => true,
    isLeader: () => false,
    inFlight: () => 0,
    load: { samples: () => [] },
    workload: "tasks",
    metrics,
    healing: new HealingMeter(metrics),
    log,
    now: Date.now,
    overrides: { port: 0 },
  });
  return { view, metrics, records };
}

/** The first event of a kind that matches. */
async function eventOf(t: TestContext, p2p: PeerToPeer, matches: (event: P2pEvent) => boolean): Promise<P2pEvent> {
  const target = new EventTarget();
  let found: P2pEvent | undefined;
  t.after(
    p2p.subscribe((event) => {
      if (!matches(event)) return;
      found ??= event;
      target.dispatchEvent(new Event("found"));
    }),
  );
  await once(target, "found");
  assert.ok(found !== undefined);
  return found;
}

test("where it is on, the phase starts at once and the host follows; its metrics are there", async (t) => {
  const { view, metrics } = partsOf(await temporaryDirectory(t), { enabled: true });
  assert.ok(view instanceof PeerToPeer);
  const phase = p2pPhase(view);
  const started = eventOf(t, view, ({ kind }) => kind === "started");
  await phase.start();
  t.after(() => phase.stop());
  await started;
  assert.match((await view.status()).listening[0] ?? "", /^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/);
  const text = await metrics.text();
  for (const line of [
    "coordinator_p2p_peers_connected 0",
    "coordinator_p2p_worker_restarts_total 0",
    'coordinator_p2p_gossip_messages_total{direction="sent"} 0',
    'coordinator_p2p_block_bytes_total{direction="received"} 0',
    "coordinator_p2p_dial_failures_total 0",
  ]) {
    assert.ok(text.includes(line), line);
  }
});

test("an identity that can't be used doesn't stop the node: it is told, and tried again", async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, "key.pem");
  await writeFile(file, "not a key", { mode: 0o600 });
  const { view, records } = partsOf(directory, { enabled: true, identity_file: file });
  assert.ok(view instanceof PeerToPeer);
  const phase = p2pPhase(view);
  const waiting = eventOf(t, view, (event) => event.kind === "worker" && event.status.phase === "waiting");
  await phase.start();
  t.after(() => phase.stop());
  await waiting;
  const { worker, peerId } = await view.status();
  assert.equal(worker?.lastFailure?.code, "p2p-identity");
  assert.equal(peerId, null);
  assert.ok(records.some(({ code, msg }) => code === "p2p-identity" && String(msg).includes(file)));
});

test("where it is off nothing is started", async (t) => {
  const { view } = partsOf(await temporaryDirectory(t), {});
  assert.ok(!(view instanceof PeerToPeer));
  await p2pPhase(view).start();
  await assert.rejects(view.fetchBlock({ digest: "", size: 0, providers: undefined }), { code: "p2p-off" });
});
