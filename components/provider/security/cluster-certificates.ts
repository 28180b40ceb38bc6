/** `quorumkit:security:ClusterCertificates`: an authority of one cluster, and a certificate for each of its nodes. */
import { randomUUID } from "node:crypto";
import { canonicalJson, parseDuration } from "@quorumkit/schema";
import { z } from "zod";
import { unknownValue } from "../core/values.ts";
import type { Difference, Handler, Properties, PropertyChange } from "../core/handler.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { checkInputs, durationInput, readInputs } from "../node/inputs.ts";
import { endOf, fingerprint, issueCertificate, makeAuthority, type KeyedCertificate } from "./authority.ts";

const day = 86_400_000;

/** A certificate is renewed when no more than this is left of it; of a short-lived one, a third. In milliseconds. */
const renewalWindow = 30 * day;

/** How long the authority itself is good for. It is renewed with the same key, so that all it issued stays good. */
const authorityValidity = 3_650 * day;

const host = z
  .string()
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+)$/, "must be a host name or an IP address");

const clusterCertificatesInputs = z.object({
  /** In the names of the certificates. */
  clusterName: z.string().min(1).max(63),
  nodes: z
    .array(z.object({ id: z.string().min(1).max(63), hosts: z.array(host).min(1) }))
    .min(1)
    .refine((nodes) => new Set(nodes.map(({ id }) => id)).size === nodes.length, "must have ids that differ"),
  /** How long a certificate is good for. A change holds from the next one that is issued. */
  validity: durationInput
    .refine((text) => {
      const length = parseDuration(text);
      return length >= day && length <= authorityValidity / 2;
    }, "must be between 1d and 1825d")
    .default("365d"),
});

type Inputs = z.output<typeof clusterCertificatesInputs>;

const keyed = z.object({ certificate: z.string(), key: z.string() });

/** What is recorded beside the inputs. */
const clusterCertificatesOutputs = z.object({
  caCertificate: z.string(),
  caKey: z.string(),
  /** By node id. */
  certificates: z.record(z.string(), keyed),
  /** What may be shown of each certificate, by node id. */
  issued: z.record(z.string(), z.object({ hosts: z.array(z.string()), ends: z.string(), fingerprint: z.string() })),
});

type Outputs = z.output<typeof clusterCertificatesOutputs>;

/** What has to be done so that every node has a good certificate. */
interface Work {
  renewAuthority: boolean;
  /** Nodes that get a certificate, and why. */
  issue: { node: Inputs["nodes"][number]; cause: "new" | "hosts" | "renewal" }[];
  /** Nodes whose certificate is dropped. */
  drop: string[];
}

/** The handler, with a clock (milliseconds since the epoch). */
export function clusterCertificates(now: () => number): Handler {
  return {
    secrets: ["caKey", "certificates"],
    outputs: Object.keys(clusterCertificatesOutputs.shape),

    check(_context, _olds, news) {
      return Promise.resolve(checkInputs(clusterCertificatesInputs, news));
    },

    diff(_context, _id, old, news): Promise<Difference> {
      const inputs = readInputs(clusterCertificatesInputs, news);
      const changes = listInputChanges(old, inputs, {
        names: Object.keys(clusterCertificatesInputs.shape),
        replacing: ["clusterName"],
      });
      if (changes.some(({ kind }) => kind === "replace")) {
        return Promise.resolve({ changes, notes: ["makes another authority: every node needs its new certificate"] });
      }
      const outputs = readOutputs(old);
      const work = compare(outputs, inputs, now());
      if (changes.length === 0) changes.push(...driftOf(work));
      return Promise.resolve({ changes, notes: explain(work, outputs) });
    },

    foresee(old, news) {
      const outputs = readOutputs(old);
      const { renewAuthority, issue, drop } = compare(outputs, readInputs(clusterCertificatesInputs, news), now());
      const later = Object.fromEntries(issue.map(({ node }) => [node.id, unknownValue]));
      return {
        ...(renewAuthority ? {} : { caCertificate: outputs.caCertificate }),
        caKey: outputs.caKey,
        certificates: { ...without(outputs.certificates, drop), ...later },
        issued: { ...without(outputs.issued, drop), ...later },
      };
    },

    async create(_context, news) {
      const inputs = readInputs(clusterCertificatesInputs, news);
      const authority = await newAuthority(inputs, now());
      const empty = { caCertificate: authority.certificate, caKey: authority.key, certificates: {}, issued: {} };
      return { id: randomUUID(), state: { ...inputs, ...(await settle(empty, inputs, now())) } };
    },

    read(_context, _id, old) {
      // What is only in the state can't be found anywhere else: there is nothing to import.
      if (!clusterCertificatesOutputs.safeParse(old).success) return Promise.resolve(undefined);
      return Promise.resolve({ state: old, inputs: readInputs(clusterCertificatesInputs, old) });
    },

    async update(_context, _id, old, news) {
      const inputs = readInputs(clusterCertificatesInputs, news);
      return { ...inputs, ...(await settle(readOutputs(old), inputs, now())) };
    },

    delete() {
      return Promise.resolve();
    },
  };
}

function readOutputs(old: Properties): Outputs {
  return readInputs(clusterCertificatesOutputs, old);
}

function compare({ caCertificate, issued }: Outputs, { nodes, validity }: Inputs, now: number): Work {
  const window = Math.min(renewalWindow, parseDuration(validity) / 3);
  const ids = new Set(nodes.map(({ id }) => id));
  const authorityLeft = endOf(caCertificate) - now;
  return {
    // Certificates end with their authority at the latest, so it has to be there for a whole further one.
    renewAuthority: authorityLeft <= Math.max(renewalWindow, parseDuration(validity)),
    issue: nodes.flatMap((node): Work["issue"] => {
      const before = issued[node.id];
      if (before === undefined) return [{ node, cause: "new" }];
      if (canonicalJson(before.hosts) !== canonicalJson(node.hosts)) return [{ node, cause: "hosts" }];
      return Date.parse(before.ends) - now <= window ? [{ node, cause: "renewal" }] : [];
    }),
    drop: Object.keys(issued).filter((id) => !ids.has(id)),
  };
}

/** What time alone has made necessary. */
function driftOf({ renewAuthority, issue }: Work): PropertyChange[] {
  const renewed = issue.map(({ node }): PropertyChange => {
    return { path: `issued[${JSON.stringify(node.id)}].ends`, kind: "update", input: false };
  });
  return renewAuthority ? [{ path: "caCertificate", kind: "update", input: false }, ...renewed] : renewed;
}

function explain({ renewAuthority, issue, drop }: Work, { caCertificate, issued }: Outputs): string[] {
  const why = {
    new: () => "",
    hosts: () => ", whose addresses have changed",
    renewal: (id: string) => `: the one it has ends on ${issued[id]?.ends.slice(0, 10) ?? "an unknown day"}`,
  };
  const end = new Date(endOf(caCertificate)).toISOString().slice(0, 10);
  return [
    ...(renewAuthority
      ? [`renews the authority, which ends on ${end}: it keeps its key, all certificates stay good`]
      : []),
    ...issue.map(({ node, cause }) => `issues a certificate for ${node.id}${why[cause](node.id)}`),
    ...drop.map((id) => `drops the certificate of ${id}`),
  ];
}

async function settle(outputs: Outputs, inputs: Inputs, now: number): Promise<Outputs> {
  const { renewAuthority, issue, drop } = compare(outputs, inputs, now);
  const authority = renewAuthority
    ? await newAuthority(inputs, now, outputs.caKey)
    : { certificate: outputs.caCertificate, key: outputs.caKey };
  const certificates = without(outputs.certificates, drop);
  const issued = without(outputs.issued, drop);
  for (const { node } of issue) {
    const subject = { name: `${node.id}.${inputs.clusterName}`.slice(0, 64), hosts: node.hosts };
    const made = await issueCertificate(authority, subject, now, now + parseDuration(inputs.validity));
    certificates[node.id] = made;
    const ends = new Date(endOf(made.certificate)).toISOString();
    issued[node.id] = { hosts: node.hosts, ends, fingerprint: fingerprint(made.certificate) };
  }
  return { caCertificate: authority.certificate, caKey: authority.key, certificates, issued };
}

function newAuthority({ clusterName }: Inputs, now: number, key?: string): Promise<KeyedCertificate> {
  return makeAuthority(`${clusterName} authority`.slice(0, 64), now, now + authorityValidity, key);
}

function without<Value>(map: Readonly<Record<string, Value>>, keys: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
