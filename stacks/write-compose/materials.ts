/**
 * What a cluster has beyond its spec: a join token, an authority with certificates, passwords. It is made once and kept
 * in `materials/` of the output directory, which nothing mounts: whoever has it can add nodes to the cluster.
 */
import { join } from "node:path";
import type { Materials } from "../../components/compose-file/index.ts";
import type { Plan } from "../../components/plan/plan.ts";
import { joinSecrets } from "../../components/plan/secrets.ts";
import type { ServicePlan } from "../../components/plan/service.ts";
import type { Context, Properties } from "../../components/provider/core/handler.ts";
import { readIfThere, writePrivately } from "../../components/provider/node/config-file.ts";
import { clusterCertificates } from "../../components/provider/security/cluster-certificates.ts";
import { randomToken } from "../../components/provider/security/random-token.ts";
import { stringify } from "yaml";

/** Name of the directory. */
export const materialsDirectory = "materials";

/** What the plan of a cluster needs, and lines that say what was made. */
export interface ProvidedMaterials extends Pick<Materials, "texts"> {
  notes: string[];
}

/** The pair of what a certificate resource gives. */
interface CertificatesState {
  caCertificate: string;
  certificates: Record<string, { certificate: string; key: string }>;
}

/** Secrets that are drawn, by the name that plans have for them. */
const drawn = ["join-token", "grafana-password"];

/** Makes what is missing in `directory`, renews certificates that end soon, and leaves all else as it is. */
export async function provideMaterials(
  directory: string,
  { plan, services }: { plan: Plan; services: ServicePlan },
  now: () => number,
): Promise<ProvidedMaterials> {
  const names = referredNames(services);
  const texts: Record<string, string> = {};
  const notes: string[] = [];
  for (const { id, content } of plan.nodes) texts[`node-config/${id}`] = configText(joinSecrets(content));
  for (const name of drawn) {
    if (!names.has(name)) continue;
    texts[name] = await provideToken(join(directory, name), name, notes);
  }
  const certified = services.services.filter(({ name }) => names.has(`certificate/${name}`));
  if (certified.length > 0) {
    const nodes = certified.map(({ name, aliases }) => ({
      id: name,
      hosts: [...new Set([name, ...aliases, "localhost", "127.0.0.1", "::1"])],
    }));
    const file = join(directory, "certificates.json");
    const state = await provideCertificates(file, { clusterName: services.cluster, nodes }, now, notes);
    texts["certificate-authority"] = state.caCertificate;
    for (const [id, { certificate, key }] of Object.entries(state.certificates)) {
      texts[`certificate/${id}`] = certificate;
      texts[`certificate-key/${id}`] = key;
    }
  }
  return { texts, notes };
}

/** The key of the names of a swarm's secrets. */
export function provideNameKey(directory: string): Promise<string> {
  return provideToken(join(directory, "name-key"), "name-key", []);
}

const notice = [
  "# Written by `npm run compose-file` (quorumkit). What is changed here by hand is undone by its next run: change the",
  "# stack file instead. Holds the node's secrets where there are any: keep it private.",
  "",
].join("\n");

function configText(wire: Readonly<Record<string, unknown>>): string {
  return `${notice}${stringify(wire, { lineWidth: 120 })}`;
}

function referredNames({ services }: ServicePlan): Set<string> {
  const files = services.flatMap((service) => service.files.flatMap((directory) => directory.files));
  return new Set(files.flatMap(({ content }) => ("from" in content ? [content.from] : [])));
}

async function provideToken(path: string, name: string, notes: string[]): Promise<string> {
  const kept = await readIfThere(path);
  if (kept !== undefined) {
    if (kept.trim().length < 8) throw new Error(`${path} holds no secret: restore it, or remove it for a new one`);
    return kept.trim();
  }
  const { state } = await randomToken.create(context, { length: 48 });
  const token = state["token"] as string;
  await writePrivately(path, `${token}\n`);
  notes.push(`drew ${name}: it is in ${path}`);
  return token;
}

/** Pulumi's own resource does it: what `pulumi up` would record in its state is kept in a file. */
async function provideCertificates(
  path: string,
  wanted: { clusterName: string; nodes: { id: string; hosts: string[] }[] },
  now: () => number,
  notes: string[],
): Promise<CertificatesState> {
  const handler = clusterCertificates(now);
  const inputs: Properties = { ...wanted, validity: "365d" };
  const before = parseState(path, await readIfThere(path));
  if (before === undefined) {
    const { state } = await handler.create(context, inputs);
    await writeState(path, state);
    notes.push(`made an authority with certificates for ${wanted.nodes.map(({ id }) => id).join(", ")}: ${path}`);
    return state as unknown as CertificatesState;
  }
  const difference = await handler.diff(context, "", before, inputs);
  if (difference.changes.length === 0) return before as unknown as CertificatesState;
  const state = await handler.update(context, "", before, inputs);
  await writeState(path, state);
  notes.push(...difference.notes);
  return state as unknown as CertificatesState;
}

function writeState(path: string, state: Properties): Promise<void> {
  return writePrivately(path, `${JSON.stringify(state, null, 2)}\n`);
}

function parseState(path: string, text: string | undefined): Properties | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Properties;
  } catch {
    throw new Error(`${path} can't be read: restore it. Without it every node needs new certificates at once`);
  }
}

/** The resources speak to Pulumi's engine through it; there is none. */
const context: Context = {
  urn: "",
  log: () => Promise.resolve(),
  signal: new AbortController().signal,
};
