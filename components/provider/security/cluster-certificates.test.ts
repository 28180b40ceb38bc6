import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { connect, createServer, type TLSSocket } from "node:tls";
import { X509Certificate } from "node:crypto";
import { unknownValue } from "../core/values.ts";
import type { Context, Properties } from "../core/handler.ts";
import { clusterCertificates } from "./cluster-certificates.ts";
import type { KeyedCertificate } from "./authority.ts";

const day = 86_400_000;
const start = Date.now();
const context: Context = { urn: "urn", log: () => Promise.resolve(), signal: new AbortController().signal };
const hosts = ["127.0.0.1", "::1", "localhost"];

let now = start;
const handler = clusterCertificates(() => now);

function inputsFor(ids: readonly string[], more: Properties = {}): Properties {
  return { clusterName: "orders", nodes: ids.map((id) => ({ id, hosts: [...hosts, id] })), ...more };
}

async function create(ids: readonly string[]): Promise<Properties> {
  now = start;
  return (await handler.create(context, inputsFor(ids))).state;
}

function certificateOf(state: Properties, id: string): KeyedCertificate {
  const found = (state["certificates"] as Record<string, KeyedCertificate>)[id];
  assert.ok(found, id);
  return found;
}

/** Both ends show their certificates and verify each other. Throws what went wrong. */
async function shakeHands(
  server: KeyedCertificate,
  client: KeyedCertificate,
  authorities: { server: string; client: string },
  servername: string,
): Promise<void> {
  const listener = createServer({
    cert: server.certificate,
    key: server.key,
    ca: authorities.server,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.3",
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  try {
    const socket = connect({
      port: (listener.address() as AddressInfo).port,
      host: "127.0.0.1",
      cert: client.certificate,
      key: client.key,
      ca: authorities.client,
      ...(servername === "127.0.0.1" ? {} : { servername }),
    });
    // With TLS 1.3 the client is done before the server has judged its certificate.
    const accepted = once(listener, "secureConnection") as Promise<[TLSSocket]>;
    const refused = once(listener, "tlsClientError").then(([error]) => {
      throw error as Error;
    });
    const connected = once(socket, "secureConnect");
    try {
      await connected;
      const [peer] = await Promise.race([accepted, refused]);
      assert.equal(peer.authorized, true);
      peer.destroy();
    } finally {
      socket.destroy();
      accepted.catch(() => undefined);
      refused.catch(() => undefined);
    }
  } finally {
    listener.close();
  }
}

describe("certificates", () => {
  test("let two nodes know each other by every address and name", async () => {
    const state = await create(["node-1", "node-2"]);
    const ca = state["caCertificate"] as string;
    for (const name of ["127.0.0.1", "localhost", "node-1"]) {
      const [server, client] = [certificateOf(state, "node-1"), certificateOf(state, "node-2")];
      await shakeHands(server, client, { server: ca, client: ca }, name);
    }
    const certificate = new X509Certificate(certificateOf(state, "node-1").certificate);
    assert.equal(certificate.checkIP("::1"), "::1");
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    assert.equal(certificate.ca, false);
  });

  test("of another cluster, or for another name, are refused", async () => {
    const [ours, theirs] = [await create(["node-1"]), await create(["node-1"])];
    const ca = ours["caCertificate"] as string;
    const own = certificateOf(ours, "node-1");
    await assert.rejects(shakeHands(own, certificateOf(theirs, "node-1"), { server: ca, client: ca }, "localhost"));
    await assert.rejects(
      shakeHands(certificateOf(theirs, "node-1"), own, { server: ca, client: ca }, "localhost"),
      /certificate/,
    );
    await assert.rejects(shakeHands(own, own, { server: ca, client: ca }, "node-9"), /altnames/i);
  });
});

describe("an update", () => {
  const change = async (state: Properties, inputs: Properties) => {
    const { changes, notes } = await handler.diff(context, "id", state, inputs);
    return { changes, notes, state: await handler.update(context, "id", state, inputs) };
  };

  test("of nothing is no change", async () => {
    const state = await create(["node-1"]);
    assert.deepEqual(await handler.diff(context, "id", state, inputsFor(["node-1"])), { changes: [], notes: [] });
  });

  test("with one node more issues one certificate more", async () => {
    const before = await create(["node-1", "node-2"]);
    const { notes, state } = await change(before, inputsFor(["node-1", "node-2", "node-3"]));
    assert.deepEqual(notes, ["issues a certificate for node-3"]);
    assert.equal(state["caCertificate"], before["caCertificate"]);
    for (const id of ["node-1", "node-2"]) assert.deepEqual(certificateOf(state, id), certificateOf(before, id));
    const ca = state["caCertificate"] as string;
    const [server, client] = [certificateOf(state, "node-3"), certificateOf(state, "node-1")];
    await shakeHands(server, client, { server: ca, client: ca }, "node-3");
  });

  test("with one node less drops its certificate", async () => {
    const before = await create(["node-1", "node-2", "node-3"]);
    const { notes, state } = await change(before, inputsFor(["node-1", "node-2"]));
    assert.deepEqual(notes, ["drops the certificate of node-3"]);
    assert.deepEqual(Object.keys(state["certificates"] as object), ["node-1", "node-2"]);
    assert.deepEqual(certificateOf(state, "node-1"), certificateOf(before, "node-1"));
  });

  test("with other addresses issues for that node alone", async () => {
    const before = await create(["node-1", "node-2"]);
    const nodes = [
      { id: "node-1", hosts: [...hosts, "node-1"] },
      { id: "node-2", hosts: ["10.0.0.2"] },
    ];
    const { notes, state } = await change(before, inputsFor([], { nodes }));
    assert.deepEqual(notes, ["issues a certificate for node-2, whose addresses have changed"]);
    assert.deepEqual(certificateOf(state, "node-1"), certificateOf(before, "node-1"));
    assert.equal(new X509Certificate(certificateOf(state, "node-2").certificate).checkIP("10.0.0.2"), "10.0.0.2");
  });

  test("within 30 days of its end renews a certificate, before that it doesn't", async () => {
    const before = await create(["node-1"]);
    now = start + (365 - 31) * day;
    assert.deepEqual(await handler.diff(context, "id", before, inputsFor(["node-1"])), { changes: [], notes: [] });
    now = start + (365 - 29) * day;
    const { changes, notes, state } = await change(before, inputsFor(["node-1"]));
    assert.deepEqual(changes, [{ path: 'issued["node-1"].ends', kind: "update", input: false }]);
    assert.match(notes[0] ?? "", /^issues a certificate for node-1: the one it has ends on \d{4}-\d\d-\d\d$/);
    const renewed = new X509Certificate(certificateOf(state, "node-1").certificate);
    assert.equal(Math.round((Date.parse(renewed.validTo) - now) / day), 365);
    assert.deepEqual((await handler.diff(context, "id", state, inputsFor(["node-1"]))).changes, []);
  });

  test("renews the authority before a certificate would end with it; old and new trust each other", async () => {
    const before = await create(["node-1", "node-2"]);
    now = start + (3_650 - 300) * day;
    const { notes, state } = await change(before, inputsFor(["node-1", "node-2"]));
    assert.match(notes[0] ?? "", /^renews the authority/);
    assert.notEqual(state["caCertificate"], before["caCertificate"]);
    const [old, renewed] = [before["caCertificate"] as string, state["caCertificate"] as string];
    const signed = new X509Certificate(certificateOf(state, "node-1").certificate);
    for (const ca of [old, renewed]) assert.ok(signed.verify(new X509Certificate(ca).publicKey));
    now = start;
  });

  test("of the cluster's name makes everything new", async () => {
    const { changes } = await handler.diff(context, "id", await create(["node-1"]), {
      ...inputsFor(["node-1"]),
      clusterName: "other",
    });
    assert.deepEqual(changes, [{ path: "clusterName", kind: "replace", input: true }]);
  });

  test("is foreseen for the nodes that keep theirs", async () => {
    const state = await create(["node-1", "node-2"]);
    const seen = handler.foresee?.(state, inputsFor(["node-1", "node-3"])) ?? {};
    assert.deepEqual(seen["certificates"], { "node-1": certificateOf(state, "node-1"), "node-3": unknownValue });
    assert.equal(seen["caCertificate"], state["caCertificate"]);
  });
});

test("keys are secret", () => {
  assert.deepEqual(handler.secrets, ["caKey", "certificates"]);
});

test("bad inputs name the place", async () => {
  const failures = async (inputs: Properties) =>
    ((await handler.check?.(context, undefined, inputs)) ?? []).map(({ property, reason }) => `${property}: ${reason}`);
  assert.deepEqual(await failures(inputsFor(["node-1"])), []);
  assert.deepEqual(await failures(inputsFor(["node-1", "node-1"])), ["nodes: must have ids that differ"]);
  assert.deepEqual(await failures(inputsFor(["node-1"], { validity: "1h" })), [
    "validity: must be between 1d and 1825d",
  ]);
  assert.deepEqual(await failures(inputsFor([], { nodes: [{ id: "a", hosts: ["bad host"] }] })), [
    "nodes.0.hosts.0: must be a host name or an IP address",
  ]);
});
