/** The real load balancer as a process of this machine, in front of the nodes of a local cluster. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ClusterSpec } from "@quorumkit/schema";
import { balancerConfig } from "../../components/load-balancer/balancer-config.ts";
import { nginxConfig } from "../../components/load-balancer/nginx-config.ts";
import { weightOf, type BalancerPlace } from "../../components/load-balancer/place.ts";
import { nodeCommand } from "../runtime/spawn-node.ts";
import type { MemberPlace } from "../support/local-cluster.ts";
import { startProgram, type RunningProgram } from "../support/prometheus.ts";
import { ensureDebianPackages } from "../support/toolchain.ts";

/** Ports of this machine for it; HTTP and HTTPS are those of the spec. */
export interface BalancerPorts {
  status: number;
  metrics: number;
  requests: number;
}

/** A running load balancer. */
export interface RunningBalancer {
  program: RunningProgram;
  /** For clients, over plain HTTP. */
  url: string;
  /** Host and port of its metrics. */
  metrics: string;
  stubStatusUrl: string;
}

/** Starts it and waits until it answers; it ends with the test. */
export async function startBalancer(
  test: Pick<TestContext, "after">,
  spec: ClusterSpec,
  members: readonly MemberPlace[],
  ports: BalancerPorts,
): Promise<RunningBalancer> {
  await ensureDebianPackages(["nginx"]);
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-balancer-"));
  test.after(() => rm(directory, { recursive: true, force: true }));
  const address = "127.0.0.1";
  const place: Partial<BalancerPlace> = {
    listenAddress: address,
    runDirectory: directory,
    temporaryDirectory: directory,
    accessLog: join(directory, "access.log"),
    status: { address, port: ports.status, networks: ["127.0.0.0/8"] },
    metrics: { address, port: ports.metrics },
    requestsPort: ports.requests,
  };
  const nodes = members.map(({ id, ports: { api } }) => ({
    id,
    host: address,
    port: api,
    secure: false,
    role: "member" as const,
    weight: weightOf(spec, "member"),
  }));
  const files = { balancer: join(directory, "balancer.yaml"), nginx: join(directory, "nginx.conf") };
  await writeFile(files.nginx, nginxConfig(spec, nodes, place));
  await writeFile(files.balancer, balancerConfig(spec, nodes, place, files.nginx));
  const program = await startProgram(test, {
    command: nodeCommand,
    args: ["balance", "--config", files.balancer],
    address: `${address}:${ports.status}`,
    ready: "/stub_status",
  });
  return {
    program,
    url: `http://${address}:${spec.loadBalancer.httpPort}`,
    metrics: `${address}:${ports.metrics}`,
    stubStatusUrl: `http://${address}:${ports.status}/stub_status`,
  };
}
