/**
 * `quorumkit:cluster:LeaderLast`: stands before the first member that is stopped and started for a change. It refuses where
 * the cluster can't do without one, and moves the leadership to a member that isn't stopped, or is stopped last.
 */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { runDocker } from "../container/docker.ts";
import type { Context, Difference, Handler, Properties } from "../core/handler.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { checkInputs, readInputs } from "../node/inputs.ts";
import { isView, lookAround, type Sighting } from "./formation.ts";
import type { ClusterNode } from "./node-api.ts";
import type { LeaderApi } from "./leader-last-api.ts";
import { describeRoll, planRoll, type RollingMember, type RollPlan } from "./leader-last-plan.ts";

const leaderLastInputs = z.object({
  /** Name of the cluster. It identifies the resource. */
  cluster: z.string().min(1),
  /** The members in the order in which they roll. */
  nodes: z
    .array(
      z.object({
        id: z.string().min(1),
        address: z.url(),
        /** Checksum of what the container is made from; the container has it as a label. */
        rolls: z.string(),
        container: z.string(),
      }),
    )
    .min(1),
  dockerHost: z.string().min(1),
  /** Signs what is asked of the nodes; it is never sent. */
  joinToken: z.string().min(1),
});

type Inputs = z.output<typeof leaderLastInputs>;

/** What the handler reaches. A test puts others in its place. */
export interface LeaderLastDeps {
  connect: (cluster: string, joinToken: string) => LeaderApi;
  /** The checksum that a container was made from; undefined where there is no container. */
  rollsOf: (dockerHost: string, container: string) => Promise<string | undefined>;
  /** How long members may take to be ready, and a new leader to lead, in milliseconds. */
  patience: number;
}

/** The label of a container that holds what it was made from. */
export const checksumLabel = "quorumkit.checksum";

/** Reads the label. */
export async function rollsOfContainer(dockerHost: string, container: string): Promise<string | undefined> {
  const format = `{{index .Config.Labels ${JSON.stringify(checksumLabel)}}}`;
  const args = ["inspect", "--type", "container", "--format", format, container];
  const { code, stdout, stderr } = await runDocker(dockerHost, args);
  if (code === 0) return stdout.trim();
  if (/no such (?:container|object)/i.test(stderr)) return undefined;
  throw new Error(`docker inspect ${container} on ${dockerHost}: ${stderr.trim()}`);
}

/** The handler. */
export function leaderLast({ connect, rollsOf, patience }: LeaderLastDeps): Handler {
  /** What really runs counts, not what is recorded: an update may have stopped half-way. */
  const findRolling = async ({ dockerHost, nodes }: Inputs): Promise<string[]> => {
    const made = await Promise.all(nodes.map(({ container }) => rollsOf(dockerHost, container)));
    return nodes.filter(({ rolls }, index) => made[index] !== undefined && made[index] !== rolls).map(({ id }) => id);
  };

  const prepare = async (inputs: Inputs, old: Properties, { log, signal }: Context): Promise<void> => {
    const rolling = await findRolling(inputs);
    if (rolling.length === 0 || inputs.nodes.length < 2) return;
    const api = connect(inputs.cluster, inputs.joinToken);
    // Members that have just been started are given the time to be ready.
    const { plan, sightings } = await settle(
      () => look(api, { nodes: membersOf(inputs, old), rolling }, signal),
      ({ plan: { kind } }) => kind !== "refuse" && kind !== "repair",
      patience,
      signal,
    );
    switch (plan.kind) {
      case "nothing":
        return;
      case "repair":
        await log(
          "warning",
          "no member is ready, so there is no leader to wait for: the update goes on, to bring them back",
        );
        return;
      case "refuse":
        throw new Error(
          `${rolling.join(", ")} can't be restarted: ${plan.reason}. Nothing was changed. ` +
            "Fix: set the changed options back and run pulumi up, which starts members that are down; then change them again.",
        );
      case "transfer":
        await moveLeadership(api, { to: plan.to, sightings }, signal);
        await log("info", `${plan.to} leads while ${rolling.filter((id) => id !== plan.to).join(", ")} restart`);
    }
  };

  const moveLeadership = async (
    api: LeaderApi,
    { to, sightings }: { to: string; sightings: readonly Sighting[] },
    signal: AbortSignal,
  ): Promise<void> => {
    const leader = leaderOf(sightings);
    const through = (sightings.find(({ node }) => node.id === leader) ?? sightings.find(isReady))?.node;
    if (through === undefined) throw new Error("no member is ready any more");
    await api.transfer(through, to, signal);
    const { sightings: after } = await settle(
      async () => ({
        sightings: await lookAround(
          api,
          sightings.map(({ node }) => node),
          signal,
        ),
      }),
      (seen) => leaderOf(seen.sightings) === to,
      patience,
      signal,
    );
    if (leaderOf(after) === to) return;
    throw new Error(`${to} does not lead, though ${through.id} handed the leadership to it. Nothing was changed`);
  };

  return {
    secrets: ["joinToken"],
    outputs: [],

    check(_context, _olds, news) {
      return Promise.resolve(checkInputs(leaderLastInputs, news));
    },

    async diff({ signal }, _id, old, news): Promise<Difference> {
      const inputs = readInputs(leaderLastInputs, news);
      const names = Object.keys(leaderLastInputs.shape);
      const changes = listInputChanges(old, inputs, { names, replacing: ["cluster"] });
      const rolling = await findRolling(inputs);
      if (rolling.length === 0) return { changes, notes: [] };
      if (changes.length === 0) changes.push({ path: "nodes", kind: "update", input: false });
      const notes = [describeRoll(rolling, inputs.nodes.length)];
      const api = connect(inputs.cluster, inputs.joinToken);
      const { plan } = await look(api, { nodes: membersOf(inputs, old), rolling }, signal);
      if (plan.kind === "refuse") notes.push(`as it is now this will be refused: ${plan.reason}`);
      if (plan.kind === "repair") notes.push("no member is ready: they are restarted all the same");
      return { changes, notes };
    },

    async create(context, news) {
      const inputs = readInputs(leaderLastInputs, news);
      // Members may be there already, where the resource was lost or is new to them.
      await prepare(inputs, {}, context);
      return { id: inputs.cluster, state: { ...inputs } };
    },

    read(_context, _id, old) {
      const parsed = leaderLastInputs.safeParse(old);
      return Promise.resolve(parsed.success ? { inputs: parsed.data, state: parsed.data } : undefined);
    },

    async update(context, _id, old, news): Promise<Properties> {
      const inputs = readInputs(leaderLastInputs, news);
      await prepare(inputs, old, context);
      return { ...inputs };
    },

    delete() {
      return Promise.resolve();
    },
  };
}

interface Outlook {
  plan: RollPlan;
  sightings: Sighting[];
}

/** Who is looked at: the members of now, and which of them roll. */
interface Scene {
  nodes: readonly (ClusterNode & { leaving: boolean })[];
  rolling: readonly string[];
}

async function look(api: LeaderApi, { nodes, rolling }: Scene, signal: AbortSignal): Promise<Outlook> {
  const sightings = await lookAround(api, nodes, signal);
  const views = sightings.map(({ view }) => view).filter((view) => isView(view));
  const voters = new Set(views.flatMap((view) => view.members.filter(({ voter }) => voter).map(({ id }) => id)));
  const members = sightings.map((sighting): RollingMember => ({
    id: sighting.node.id,
    ready: isReady(sighting),
    voter: views.length === 0 ? undefined : voters.has(sighting.node.id),
    rolls: rolling.includes(sighting.node.id),
    leaving: nodes.some(({ id, leaving }) => leaving && id === sighting.node.id),
  }));
  const strangers = [...voters].filter((id) => !nodes.some((node) => node.id === id));
  const all = [
    // A node that is planned and no member yet has no vote to lose.
    ...members.filter(({ voter }) => voter !== false),
    // Somebody let it in by hand; nobody here knows where it is.
    ...strangers.map((id) => ({ id, ready: false, voter: true, rolls: false, leaving: true })),
  ];
  return { plan: planRoll(all, leaderOf(sightings)), sightings };
}

/** Looks until it is satisfied or the time is over, and gives what was seen last. */
async function settle<Seen>(
  see: () => Promise<Seen>,
  enough: (seen: Seen) => boolean,
  milliseconds: number,
  signal: AbortSignal,
): Promise<Seen> {
  const deadline = Date.now() + milliseconds;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 1_000)) {
    signal.throwIfAborted();
    const seen = await see();
    if (enough(seen) || Date.now() + pause >= deadline) return seen;
    await delay(pause, undefined, { signal });
  }
}

const recordedNodes = leaderLastInputs.pick({ nodes: true });

/** The members of now: those that are planned, and those of the last update that are going to leave. */
function membersOf({ nodes }: Inputs, old: Properties): Scene["nodes"] {
  const recorded = recordedNodes.safeParse(old);
  const before = recorded.success ? recorded.data.nodes : [];
  const leaving = before.filter(({ id }) => !nodes.some((node) => node.id === id));
  const describe = (left: boolean) => (node: Inputs["nodes"][number]) => ({
    id: node.id,
    address: node.address,
    checksum: "",
    leaving: left,
  });
  return [...nodes.map(describe(false)), ...leaving.map(describe(true))];
}

function isReady({ node, answer }: Sighting): boolean {
  return answer?.ready === true && answer.nodeId === node.id;
}

/** Who leads, where all that say so say the same. */
function leaderOf(sightings: readonly Sighting[]): string | undefined {
  const named = new Set(
    sightings.flatMap(({ view }) => (isView(view) && view.leader !== undefined ? [view.leader] : [])),
  );
  return named.size === 1 ? [...named][0] : undefined;
}
