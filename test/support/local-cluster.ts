/** Nodes of one cluster as processes of this machine, each with its own ports and data. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { launch, spawnNode, type NodePlace, type SpawnedNode } from "../runtime/spawn-node.ts";
import { freePorts } from "./ports.ts";

/** A place in a cluster. */
export interface MemberPlace extends NodePlace {
  id: string;
  dataDirectory: string;
  ports: Readonly<Ports>;
  /** Client URL of its etcd. */
  engineUrl: string;
}

/** The places of a cluster; nothing runs yet. */
export interface LocalCluster {
  members: MemberPlace[];
  joinToken: string;
  /** A further place, for a node that joins; the others have to be told of it, by their config or by add-node. */
  addPlace: () => Promise<MemberPlace>;
  remove: () => Promise<void>;
}

/** What a member listens on. */
interface Ports {
  api: number;
  metrics: number;
  p2p: number;
  client: number;
  peer: number;
}

/** Makes places for so many members. `more` is laid over each node's config, section by section. */
export async function makeCluster(
  count: number,
  more: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): Promise<LocalCluster> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-cluster-"));
  const joinToken = randomBytes(24).toString("hex");
  const tokenFile = join(directory, "join-token");
  await writeFile(tokenFile, joinToken, { mode: 0o600 });
  const ports: Ports[] = [];
  const members: MemberPlace[] = [];
  const peer = (position: number) => {
    const { api, p2p, client, peer: peerPort } = ports[position] as Ports;
    const id = `node-${position + 1}`;
    return { id, host: "127.0.0.1", port: api, peer_port: peerPort, client_port: client, p2p_port: p2p };
  };
  const makePlace = (position: number): MemberPlace => {
    const own = ports[position] as Ports;
    const home = join(directory, `node-${position + 1}`);
    const file = join(directory, `node-${position + 1}.yaml`);
    const place: MemberPlace = {
      id: `node-${position + 1}`,
      dataDirectory: home,
      ports: own,
      directory,
      file,
      url: `http://127.0.0.1:${own.api}`,
      metricsUrl: `http://127.0.0.1:${own.metrics}`,
      engineUrl: `http://127.0.0.1:${own.client}`,
      write: async (changes = {}) => {
        const config: Record<string, Record<string, unknown>> = {
          node: { id: place.id },
          cluster: {
            name: "test",
            join_token_file: tokenFile,
            peers: ports.flatMap((_, other) => (other === position ? [] : [peer(other)])),
          },
          api: { port: own.api },
          monitoring: { metrics_port: own.metrics },
          p2p: { listen_addr: `/ip4/127.0.0.1/tcp/${own.p2p}` },
          consensus: {
            engine: "etcd",
            client_port: own.client,
            peer_port: own.peer,
            heartbeat_interval: "100ms",
            election_timeout: "1s",
          },
          storage: { data_dir: home },
        };
        for (const [section, values] of [...Object.entries(more), ...Object.entries(changes)]) {
          config[section] = { ...config[section], ...(values as object) };
        }
        await writeFile(file, stringify({ system: "coordinator", ...config }));
      },
      remove: () => rm(home, { recursive: true, force: true }),
    };
    return place;
  };
  const addPorts = async () => {
    const [api = 0, metrics = 0, p2p = 0, client = 0, peerPort = 0] = await freePorts(5);
    ports.push({ api, metrics, p2p, client, peer: peerPort });
  };
  for (let position = 0; position < count; position += 1) await addPorts();
  for (let position = 0; position < count; position += 1) members.push(makePlace(position));
  for (const member of members) await member.write();
  return {
    members,
    joinToken,
    addPlace: async () => {
      await addPorts();
      const place = makePlace(ports.length - 1);
      members.push(place);
      return place;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Starts every member at once, since they found the cluster together, and waits until all are ready. */
export function startMembers(members: readonly MemberPlace[]): Promise<SpawnedNode[]> {
  return Promise.all(members.map((member) => spawnNode(member, engineEnvironment())));
}

/** Starts one without waiting. */
export function launchMember(
  member: MemberPlace,
  environment: Readonly<Record<string, string>> = {},
): ReturnType<typeof launch> {
  return launch(member, { ...engineEnvironment(), ...environment });
}

/** Where the node finds etcd. */
export function engineEnvironment(): Record<string, string> {
  const { QUORUMKIT_ETCD: binary } = process.env;
  return binary === undefined ? {} : { QUORUMKIT_ETCD: binary };
}
