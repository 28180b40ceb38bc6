/**
 * `quorumkit:docker:DockerHost`: the Docker host that a cluster is made on. It finds everything that is known to go wrong
 * before anything is made, in previews too, and pulls the images.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import type { CheckFailure, Context, Difference, Handler, Properties } from "../core/handler.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { checkInputs, readInputs } from "../node/inputs.ts";
import type { Engine } from "./engine.ts";
import { findPortProblem, type WantedPort } from "./port-problem.ts";
import { stackLabel } from "./stack-label.ts";

const shape = z.object({
  /** As in DOCKER_HOST. It identifies the resource. */
  dockerHost: z.string().min(1),
  /** The option that sets it, as in files. */
  option: z.string(),
  /** The project and stack whose containers may have the names and ports already. */
  stack: z.string(),
  images: z.array(z.object({ name: z.string().min(1), option: z.string() })),
  ports: z.array(
    z.object({ address: z.string(), port: z.int().min(1).max(65_535), option: z.string(), container: z.string() }),
  ),
  containers: z.array(z.object({ name: z.string() })),
  /** Files and directories of this machine that containers see. */
  hostPaths: z.array(z.object({ path: z.string(), container: z.string() })).default([]),
});

type Inputs = z.output<typeof shape>;

/** The handler, with the way to ask engines. */
export function dockerHost(engine: Engine): Handler {
  const find = async (inputs: Inputs): Promise<CheckFailure[]> => {
    const trouble = await engine.trouble(inputs.dockerHost);
    if (trouble !== undefined) return [{ property: "dockerHost", reason: describeTrouble(inputs, trouble) }];
    const existing = await engine.containers(inputs.dockerHost);
    const names = inputs.containers.flatMap(({ name }, index): CheckFailure[] => {
      const other = existing.find((container) => container.name === name);
      if (other === undefined || other.labels[stackLabel] === inputs.stack) return [];
      const reason =
        `a container ${name} exists already on ${inputs.dockerHost}, and ${describeOwner(other.labels[stackLabel])}. ` +
        `Remove it (docker rm --force ${name}) or rename it (docker rename), or use another stack name`;
      return [{ property: `containers[${index}]`, reason }];
    });
    const paths = inputs.hostPaths.flatMap(({ path, container }, index): CheckFailure[] => {
      if (existsSync(path)) return [];
      const reason = `${path} does not exist on this machine, and container ${container} needs it. Put it there, or change the option that names it`;
      return [{ property: `hostPaths[${index}]`, reason }];
    });
    const ports: CheckFailure[] = [];
    for (const [index, wanted] of inputs.ports.entries()) {
      const reason = await findPortProblem(wanted, existing, inputs);
      if (reason !== undefined) ports.push({ property: `ports[${index}]`, reason });
    }
    return [...names, ...ports, ...twins(inputs.ports), ...paths];
  };

  const missingImages = async ({ dockerHost: host, images }: Inputs): Promise<Inputs["images"]> => {
    const there = await Promise.all(images.map(({ name }) => engine.hasImage(host, name)));
    return images.filter((_, index) => there[index] === false);
  };

  const provide = async (context: Context, inputs: Inputs): Promise<Properties> => {
    const missing = await missingImages(inputs);
    const failures = await Promise.all(
      missing.map(async ({ name, option }) => {
        const reason = await engine.pull(inputs.dockerHost, name);
        if (reason === undefined) await context.log("info", `pulled ${name}`);
        return reason === undefined ? undefined : describeMissing(inputs.dockerHost, name, option, reason);
      }),
    );
    const problems = failures.filter((failure) => failure !== undefined);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    return inputs;
  };

  return {
    secrets: [],
    outputs: [],

    async check({ log }, _olds, news) {
      const failures = checkInputs(shape, news);
      const parsed = shape.safeParse(news);
      // Nothing can be asked while some inputs aren't known; the update asks again.
      if (failures.length > 0 || !parsed.success) return failures;
      const problems = await find(parsed.data);
      if (problems.length > 0) return problems;
      for (const { name, option } of await missingImages(parsed.data)) {
        await log("info", `${option}: ${name} is not on the Docker host, it will be pulled`);
      }
      return [];
    },

    async diff(_context, _id, old, news): Promise<Difference> {
      const inputs = readInputs(shape, news);
      const changes = listInputChanges(old, inputs, { names: Object.keys(shape.shape), replacing: ["dockerHost"] });
      if (changes.length === 0 && (await missingImages(inputs)).length > 0) {
        changes.push({ path: "images", kind: "update", input: false });
      }
      return { changes, notes: [] };
    },

    async create(context, news) {
      const inputs = readInputs(shape, news);
      return { id: inputs.dockerHost, state: await provide(context, inputs) };
    },

    read(_context, _id, old) {
      const parsed = shape.safeParse(old);
      return Promise.resolve(parsed.success ? { inputs: parsed.data, state: parsed.data } : undefined);
    },

    update(context, _id, _old, news) {
      return provide(context, readInputs(shape, news));
    },

    delete() {
      return Promise.resolve();
    },
  };
}

function describeTrouble({ dockerHost: host, option }: Inputs, trouble: string): string {
  const remedy = /permission denied/i.test(trouble)
    ? "This account may not use it: run as root, or add the account to the group docker and log in again"
    : `Start Docker (systemctl start docker), or set ${option} to the endpoint of the engine that runs (docker context ls)`;
  return `${option}: no Docker engine answers at ${host}: ${trouble.replace(/\.$/, "")}. ${remedy}`;
}

function describeOwner(stack: string | undefined): string {
  return stack === undefined ? "it was not made by quorumkit" : `it is of the stack ${stack}`;
}

function describeMissing(host: string, name: string, option: string, reason: string): string {
  return (
    `${option}: the image ${name} is not on ${host} and can't be pulled: ${reason}. Nothing was changed. ` +
    `Build or load it there (docker build, docker load), or set ${option} to an image that can be pulled`
  );
}

/** Two containers that want the same port of the host. */
function twins(ports: readonly WantedPort[]): CheckFailure[] {
  return ports.flatMap((later, index): CheckFailure[] => {
    const earlier = ports.slice(0, index).find((other) => other.port === later.port && meet(other, later));
    if (earlier === undefined) return [];
    const reason = `${later.option}: port ${later.port} of ${later.address} is that of ${earlier.container} too (${earlier.option}). Set one of the two to another port`;
    return [{ property: `ports[${index}]`, reason }];
  });
}

function meet(a: WantedPort, b: WantedPort): boolean {
  return a.address === b.address || a.address === "0.0.0.0" || b.address === "0.0.0.0";
}
