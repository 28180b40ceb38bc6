/** What goes wrong. A fault is data: later work adds further ones to this file and names them in a scenario. */
import type { Cluster, Member } from "./cluster.ts";
import type { Random } from "./random.ts";

/** Puts right what a fault did. */
export type Heal = () => Promise<void>;

/** A fault that leaves a majority of the members able to work. */
export interface Fault {
  name: string;
  /** How long it lasts, in s; 0: `inject` itself goes through all of it. */
  seconds: number;
  inject: (cluster: Cluster, random: Random) => Promise<Heal>;
}

type Choose = (cluster: Cluster, random: Random) => Promise<Member>;

const leader: Choose = (cluster) => cluster.leader();
const follower: Choose = async (cluster, random) => random.pick(await cluster.followers());

/** How many members may be away at once. */
function spare(cluster: Cluster): number {
  return Math.floor((cluster.members.length - 1) / 2);
}

function killing(name: string, choose: Choose): Fault {
  return {
    name,
    seconds: 4,
    inject: async (cluster, random) => {
      const victim = await choose(cluster, random);
      await cluster.kill(victim);
      return () => cluster.launch(victim);
    },
  };
}

/** Machines that lose their power. */
export const killLeader = killing("kill leader", leader);
export const killFollower = killing("kill follower", follower);

/** As many members at once as the cluster can do without, the leader among them. */
export const killMinority: Fault = {
  name: "kill minority",
  seconds: 4,
  inject: async (cluster, random) => {
    const first = await cluster.leader();
    const victims = [first, ...random.shuffle(cluster.others(first))].slice(0, spare(cluster));
    await Promise.all(victims.map((victim) => cluster.kill(victim)));
    return async () => {
      await Promise.all(victims.map((victim) => cluster.launch(victim)));
    };
  },
};

/** The node dies and leaves its etcd behind; the next start has to cope with it. */
export const killNodeAlone: Fault = {
  name: "kill node, not its etcd",
  seconds: 3,
  inject: async (cluster) => {
    const victim = await cluster.leader();
    await cluster.signal(victim, "SIGKILL", "node");
    return () => cluster.launch(victim);
  },
};

/** The node has to start its etcd again by itself. */
export const killEngine: Fault = {
  name: "kill etcd of leader",
  seconds: 4,
  inject: async (cluster) => {
    await cluster.signal(await cluster.leader(), "SIGKILL", "engine");
    return () => Promise.resolve();
  },
};

function pausing(name: string, choose: Choose): Fault {
  return {
    name,
    seconds: 5,
    inject: async (cluster, random) => {
      const victim = await choose(cluster, random);
      await cluster.signal(victim, "SIGSTOP");
      return () => cluster.signal(victim, "SIGCONT");
    },
  };
}

/** Machines that hang, and then go on as if nothing had been. */
export const pauseLeader = pausing("pause leader", leader);
export const pauseFollower = pausing("pause follower", follower);

function partition(name: string, cut: (cluster: Cluster, random: Random) => Promise<void>): Fault {
  return {
    name,
    seconds: 5,
    inject: async (cluster, random) => {
      await cut(cluster, random);
      return () => cluster.mend();
    },
  };
}

export const isolateLeader = partition("isolate leader", async (cluster) => {
  const alone = await cluster.leader();
  await cluster.separate([alone], cluster.others(alone));
});

export const isolateFollower = partition("isolate follower", async (cluster, random) => {
  const alone = await follower(cluster, random);
  await cluster.separate([alone], cluster.others(alone));
});

/** The largest minority, the leader in it, on the one side. */
export const split = partition("split in majority and minority", async (cluster, random) => {
  const first = await cluster.leader();
  const minority = [first, ...random.shuffle(cluster.others(first))].slice(0, spare(cluster));
  await cluster.separate(
    minority,
    cluster.members.filter((member) => !minority.includes(member)),
  );
});

/** The leader is heard, and hears nobody. */
export const deafLeader = partition("leader hears nobody", async (cluster) => {
  const deaf = await cluster.leader();
  await cluster.silence(cluster.others(deaf), [deaf]);
});

/** The leader hears everybody, and nobody hears it. */
export const muteLeader = partition("nobody hears leader", async (cluster) => {
  const mute = await cluster.leader();
  await cluster.silence([mute], cluster.others(mute));
});

/** Two sides that reach each other only by way of one member. */
export const bridge = partition("two sides and one between", async (cluster, random) => {
  const [, ...others] = random.shuffle(cluster.members);
  const half = Math.ceil(others.length / 2);
  await cluster.separate(others.slice(0, half), others.slice(half));
});

/** An upgrade: each member stops and starts again, the next one once it is ready. */
export const rollingRestart: Fault = {
  name: "rolling restart",
  seconds: 0,
  inject: async (cluster, random) => {
    for (const member of random.shuffle(cluster.members)) {
      await cluster.stop(member);
      await cluster.launch(member);
      await cluster.ready([member]);
    }
    return () => Promise.resolve();
  },
};

/** A member is removed, and a new one with an empty disk takes its place. */
export const replaceMember: Fault = {
  name: "replace member",
  seconds: 0,
  inject: async (cluster, random) => {
    const member = random.pick(cluster.members);
    await cluster.replace(member);
    await cluster.ready([member]);
    return () => Promise.resolve();
  },
};
