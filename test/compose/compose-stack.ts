/** The stack coordinator-compose on a Docker daemon of the test, on ports of its own. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { parse } from "yaml";
import { freePortBlock } from "../engine/port-block.ts";
import { makeProject, type Project } from "../engine/project.ts";
import { attempt } from "../support/command.ts";
import type { Docker } from "../support/docker.ts";
import { freePorts } from "../support/ports.ts";
import { root } from "../support/toolchain.ts";
import { until } from "../support/until.ts";

/** Sections of a spec, laid over those of the stack file. */
export type Changes = Readonly<Record<string, unknown>>;

interface Ports {
  node: number;
  http: number;
  prometheus: number;
  alertmanager: number;
  grafana: number;
  webhook: number;
}

/** One sample of a query of Prometheus. */
export interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

/** The name of the stack, which the names of its containers begin with. */
export const stackName = "coordinator-compose";

/** The network of its containers, and the address of this machine in it. */
const subnet = "10.213.85.0/24";
export const gateway = "10.213.85.1";

/** The stack, and ways to look at what it made. */
export class ComposeStack {
  readonly docker: Docker;
  readonly project: Project;
  readonly stack: Stack;
  readonly ports: Ports;
  readonly #file: { config: { "quorumkit:cluster": Record<string, unknown> } };

  private constructor(docker: Docker, project: Project, stack: Stack, ports: Ports, file: string) {
    this.docker = docker;
    this.project = project;
    this.stack = stack;
    this.ports = ports;
    this.#file = parse(file) as { config: { "quorumkit:cluster": Record<string, unknown> } };
  }

  static async open(docker: Docker): Promise<ComposeStack> {
    const project = await makeProject();
    const file = await readFile(join(root, "stacks", `Pulumi.${stackName}.yaml`), "utf8");
    const stack = await project.stack(stackName);
    const node = await freePortBlock(5, 1, 1);
    const [http = 0, prometheus = 0, alertmanager = 0, grafana = 0, webhook = 0] = await freePorts(5);
    return new ComposeStack(docker, project, stack, { node, http, prometheus, alertmanager, grafana, webhook }, file);
  }

  /** Writes the stack file with these changes; lists and values replace, maps are laid over one another. */
  async write(changes: Changes = {}): Promise<void> {
    const { ports } = this;
    const places = {
      target: { compose: { docker_host: this.docker.host, node_port: ports.node, subnet } },
      // All clients of the test are one address.
      load_balancer: {
        http_port: ports.http,
        rate_limits: { api: { requests_per_second: 10_000, burst: 1_000 } },
      },
      observability: {
        prometheus: { port: ports.prometheus },
        alertmanager: {
          port: ports.alertmanager,
          group_wait: "1s",
          group_interval: "5s",
          receivers: [
            { name: "test", url: `http://${gateway}:${ports.webhook}/`, severities: ["critical", "warning"] },
          ],
        },
        grafana: { port: ports.grafana },
      },
      monitoring: { scrape_interval: "2s" },
    };
    const cluster = overlay(overlay(this.#file.config["quorumkit:cluster"], places), changes);
    await this.project.write(stackName, { cluster });
  }

  async up(changes: Changes = {}): Promise<string> {
    await this.write(changes);
    const { stdout, stderr } = await this.stack.up({ color: "never" });
    return stdout + stderr;
  }

  /** An update that has to fail; gives what it printed. */
  async failingUp(changes: Changes): Promise<string> {
    await this.write(changes);
    const { code, text } = await this.project.pulumi("up", "--yes", "--skip-preview", "--stack", stackName);
    if (code === 0) throw new Error(`it should have failed:\n${text}`);
    return text;
  }

  async preview(changes: Changes): Promise<string> {
    await this.write(changes);
    const { stdout, stderr } = await this.stack.preview({ diff: true, color: "never" });
    return stdout + stderr;
  }

  /** The load balancer, as clients reach it. */
  get balancer(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  nodeAddress(number: number): string {
    return `http://127.0.0.1:${this.ports.node + number - 1}`;
  }

  container(service: string): string {
    return `${stackName}-${service}`;
  }

  /** Name and state of each container, sorted. */
  async states(): Promise<[string, string][]> {
    const format = "{{.Names}}\t{{.State}} {{.Status}}";
    const lines = (await this.docker.docker("ps", "--all", "--format", format)).trim().split("\n");
    return lines
      .filter((line) => line.startsWith(`${stackName}-`))
      .map((line): [string, string] => {
        const [name = "", state = ""] = line.split("\t");
        const health = /\((\w+)\)/.exec(state)?.[1];
        return [name.slice(stackName.length + 1), health ?? state.split(" ")[0] ?? ""];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** When a container was started. */
  async startedAt(service: string): Promise<number> {
    const text = await this.docker.docker("inspect", "--format", "{{.State.StartedAt}}", this.container(service));
    return Date.parse(text.trim());
  }

  async query(expression: string): Promise<Sample[]> {
    const url = `http://127.0.0.1:${this.ports.prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const response = await fetch(url);
    const body = (await response.json()) as { status: string; error?: string; data: { result: Sample[] } };
    if (body.status !== "success") throw new Error(`${expression}: ${body.error ?? ""}`);
    return body.data.result;
  }

  /** The number of the node that leads, as the balancer's nodes see it. */
  leader(): Promise<number> {
    return until("a leader is known", 30_000, async () => {
      const response = await fetch(`${this.balancer}/api/v1/cluster/leader`).catch(() => undefined);
      if (response?.ok !== true) return undefined;
      const { leader } = (await response.json()) as { leader: string | null };
      const number = Number(/-(\d+)$/.exec(leader ?? "")?.[1]);
      return Number.isNaN(number) ? undefined : number;
    });
  }

  /** Everything that is left of the stack on the daemon. */
  async remove(): Promise<void> {
    const docker = (...args: string[]) => attempt("docker", ["--host", this.docker.host, ...args]);
    for (const [service] of await this.states()) await docker("rm", "--force", this.container(service));
    for (const kind of ["network", "volume"]) {
      const { stdout } = await docker(kind, "ls", "--quiet", "--filter", `name=^${stackName}-`);
      for (const id of stdout.split("\n").filter((line) => line !== "")) await docker(kind, "rm", id);
    }
    await this.project.remove();
  }
}

function overlay(below: Changes, above: Changes): Record<string, unknown> {
  const result: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = result[key];
    result[key] = isMap(under) && isMap(value) ? overlay(under, value) : value;
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
