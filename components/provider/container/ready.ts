/** `quorumkit:host:NodeReady`: waits until the node in a container is ready, and notices when it no longer is. */
import { parseDuration } from "@quorumkit/schema";
import { z } from "zod";
import type { Difference, Handler, Properties } from "../core/handler.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { checkInputs, durationInput, readInputs } from "../node/inputs.ts";
import { askReady, pollReady, type ReadyAnswer } from "../node/ready.ts";
import { containerLogs, containerState, startContainer } from "./docker.ts";
import { Standstill } from "./standstill.ts";

const shape = z.object({
  /** Name of the container. It identifies the resource. */
  container: z.string(),
  /** Id of the container: another one has to become ready again. */
  containerId: z.string(),
  dockerHost: z.string(),
  address: z.url(),
  nodeId: z.string(),
  /** Checksum of the config that the node has to run. */
  configChecksum: z.string(),
  /** Where the APIs of the other members are reached; none for a lone node. */
  members: z.array(z.url()).default([]),
  startTimeout: durationInput.default("60s"),
});

type Inputs = z.output<typeof shape>;

/** Where the other members are changes nothing about a node that is ready. */
const compared = Object.keys(shape.shape).filter((name) => name !== "members");

export const nodeReady: Handler = {
  secrets: [],
  outputs: ["status"],

  check(_context, _olds, news) {
    return Promise.resolve(checkInputs(shape, news));
  },

  async diff(_context, _id, old, news): Promise<Difference> {
    const inputs = readInputs(shape, news);
    const changes = listInputChanges(old, inputs, { names: compared, replacing: ["container"] });
    const answer = await askReady(inputs.address, 2_000);
    if (changes.length > 0 || isWanted(inputs, answer)) return { changes, notes: [] };
    const reason = describeAnswer(inputs, answer);
    return {
      changes: [{ path: "status", kind: "update", input: false }],
      notes: [`the node is not ready (${reason}): it will be started if it is stopped, and waited for`],
    };
  },

  async create({ signal }, news) {
    const inputs = readInputs(shape, news);
    return { id: inputs.container, state: await waitFor(inputs, signal) };
  },

  async read(_context, _id, old) {
    const parsed = shape.safeParse(old);
    if (!parsed.success) return undefined;
    if ((await containerState(parsed.data)) === undefined) return undefined;
    const answer = await askReady(parsed.data.address, 10_000);
    return {
      inputs: parsed.data,
      state: { ...parsed.data, status: isWanted(parsed.data, answer) ? "ready" : "unready" },
    };
  },

  update({ signal }, _id, _old, news) {
    return waitFor(readInputs(shape, news), signal);
  },

  delete() {
    return Promise.resolve();
  },
};

async function waitFor(inputs: Inputs, signal: AbortSignal): Promise<Properties> {
  const state = await containerState(inputs);
  if (state === undefined) {
    throw new Error(
      `container ${inputs.container} does not exist on ${inputs.dockerHost}: somebody removed it\nFix: pulumi up --refresh`,
    );
  }
  if (state === "stopped") await startContainer(inputs);
  const limit = parseDuration(inputs.startTimeout);
  const standstill = new Standstill(inputs.members.length, Date.now);
  let waits = false;
  const { done, answer } = await pollReady(
    async () => {
      const own = await askReady(inputs.address, 2_000, signal);
      const mayWait = isPlanned(inputs, own) && own.waitingForMembers;
      const others = mayWait
        ? await Promise.all(inputs.members.map((address) => askReady(address, 3_000, signal)))
        : undefined;
      waits = standstill.isReached(others);
      return own;
    },
    (current) => waits || isWanted(inputs, current),
    limit,
    signal,
  );
  if (done) return { ...inputs, status: answer?.ready === true ? "ready" : "waiting" };
  throw new Error(
    `node ${inputs.nodeId} in container ${inputs.container} was not ready within ${limit / 1000} s ` +
      `(start_timeout of the target): ${describeAnswer(inputs, answer)}\nThe last it said:\n${await containerLogs(inputs, 20)}`,
  );
}

/** Whether it is the node, with the config that is planned. */
function isPlanned(inputs: Inputs, answer: ReadyAnswer | undefined): answer is ReadyAnswer {
  return answer?.nodeId === inputs.nodeId && answer.checksum === inputs.configChecksum;
}

function isWanted(inputs: Inputs, answer: ReadyAnswer | undefined): boolean {
  return isPlanned(inputs, answer) && answer.ready;
}

function describeAnswer(inputs: Inputs, answer: ReadyAnswer | undefined): string {
  if (answer === undefined) return `${inputs.address} does not answer`;
  if (answer.nodeId !== inputs.nodeId) return `${inputs.address} is node ${answer.nodeId}`;
  return answer.ready ? "it runs another config" : answer.reasons.join("; ");
}
