/** `quorumkit:docker:ServiceReady`: waits until a container is healthy, and notices when it no longer is. */
import { setTimeout as delay } from "node:timers/promises";
import { parseDuration } from "@quorumkit/schema";
import { z } from "zod";
import {
  containerHealth,
  containerLogs,
  startContainer,
  type ContainerHealth,
  type ContainerPlace,
} from "../container/docker.ts";
import type { Difference, Handler, Properties } from "../core/handler.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { checkInputs, durationInput, readInputs } from "../node/inputs.ts";

const shape = z.object({
  /** Name of the container. It identifies the resource. */
  container: z.string().min(1),
  /** Id of the container: another one has to become healthy again. */
  containerId: z.string(),
  dockerHost: z.string().min(1),
  startTimeout: durationInput.default("90s"),
});

type Inputs = z.output<typeof shape>;

/** What is asked of containers, and done to them. A test puts another in its place. */
export interface Containers {
  health: (place: ContainerPlace) => Promise<ContainerHealth | undefined>;
  start: (place: ContainerPlace) => Promise<void>;
  logs: (place: ContainerPlace, lines: number) => Promise<string>;
}

/** The containers that the docker command reaches. */
export const containers: Containers = { health: containerHealth, start: startContainer, logs: containerLogs };

/** The handler, with the way to reach containers. */
export function serviceReady({ health, start, logs }: Containers): Handler {
  const waitFor = async (inputs: Inputs, signal: AbortSignal): Promise<Properties> => {
    const limit = parseDuration(inputs.startTimeout);
    const deadline = Date.now() + limit;
    let started = false;
    for (;;) {
      signal.throwIfAborted();
      const found = await health(inputs);
      if (found === undefined) {
        throw new Error(
          `container ${inputs.container} does not exist on ${inputs.dockerHost}: somebody removed it\nFix: pulumi up --refresh`,
        );
      }
      if (isWell(found)) return { ...inputs, status: "healthy" };
      if (!started && isStopped(found)) {
        started = true;
        await start(inputs);
      }
      if (Date.now() >= deadline) {
        const lines = [
          `container ${inputs.container} was not healthy within ${limit / 1000} s (start_timeout of the target): ${describe(found)}`,
          ...(found.said === "" ? [] : [`Its health check said: ${found.said}`]),
          `The last that it wrote:\n${await logs(inputs, 20)}`,
        ];
        throw new Error(lines.join("\n"));
      }
      await delay(250, undefined, { signal });
    }
  };

  return {
    secrets: [],
    outputs: ["status"],

    check(_context, _olds, news) {
      return Promise.resolve(checkInputs(shape, news));
    },

    async diff(_context, _id, old, news): Promise<Difference> {
      const inputs = readInputs(shape, news);
      const names = ["container", "containerId", "dockerHost"];
      const changes = listInputChanges(old, inputs, { names, replacing: ["container"] });
      if (changes.length > 0) return { changes, notes: [] };
      const found = await health(inputs);
      if (found !== undefined && isWell(found)) return { changes, notes: [] };
      const reason = found === undefined ? "it does not exist" : describe(found);
      return {
        changes: [{ path: "status", kind: "update", input: false }],
        notes: [`the container is not healthy (${reason}): it will be started if it is stopped, and waited for`],
      };
    },

    async create({ signal }, news) {
      const inputs = readInputs(shape, news);
      return { id: inputs.container, state: await waitFor(inputs, signal) };
    },

    async read(_context, _id, old) {
      const parsed = shape.safeParse(old);
      if (!parsed.success) return undefined;
      const found = await health(parsed.data);
      if (found === undefined) return undefined;
      const status = isWell(found) ? "healthy" : "unhealthy";
      return { inputs: parsed.data, state: { ...parsed.data, status } };
    },

    update({ signal }, _id, _old, news) {
      return waitFor(readInputs(shape, news), signal);
    },

    delete() {
      return Promise.resolve();
    },
  };
}

function isWell({ status, health }: ContainerHealth): boolean {
  return status === "running" && (health === "healthy" || health === "none");
}

function isStopped({ status }: ContainerHealth): boolean {
  return status === "exited" || status === "created";
}

function describe({ status, exitCode, health }: ContainerHealth): string {
  if (status !== "running") return `it is ${status} (exit code ${exitCode})`;
  return health === "starting" ? "its health check has not passed yet" : `its health check calls it ${health}`;
}
