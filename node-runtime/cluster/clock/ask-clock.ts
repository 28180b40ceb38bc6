/** Reads the clock of another node: every answer between nodes is signed with the time at which it was made. */
import type { NodeConfig } from "@quorumkit/schema";
import { z } from "zod";
import type { Breakers } from "../breakers.ts";
import { formationPaths } from "../formation/messages.ts";
import { PeerRefusedError, type PeerClient } from "../peer-auth/peer-client.ts";
import { apiUrlOfNode } from "../peer-auth/peer-tls.ts";
import type { AskClock } from "./clock-watch.ts";
import type { ClockReading } from "./reading.ts";

/** An exchange that took longer may have opened a connection first, which half of its time says nothing about. */
const goodMilliseconds = 20;

export interface ClockSources {
  client: Pick<PeerClient, "call">;
  config: () => NodeConfig;
  breakers: Breakers;
}

/** Asks what every node answers at any time, and nothing depends on: what it is in its cluster. */
export function clockAsker({ client, config, breakers }: ClockSources): AskClock {
  return async (peer, signal) => {
    const url = apiUrlOfNode(config(), peer);
    const ask = () => breakers.run(peer.nodeId, () => askOnce(client, { url, nodeId: peer.nodeId, signal }));
    const first = await ask();
    if (first.roundTripMilliseconds <= goodMilliseconds) return first.aheadMilliseconds;
    const second = await ask();
    return (second.roundTripMilliseconds < first.roundTripMilliseconds ? second : first).aheadMilliseconds;
  };
}

async function askOnce(
  client: ClockSources["client"],
  { url, nodeId, signal }: { url: string; nodeId: string; signal: AbortSignal },
): Promise<ClockReading> {
  try {
    const path = formationPaths.formation;
    const answer = await client.call({ url, method: "GET", path, answer: z.unknown(), signal });
    if (answer.nodeId !== nodeId) throw new Error(`${answer.nodeId} answers at ${url}, where ${nodeId} should be`);
    return answer.clock;
  } catch (error) {
    // A node whose clock differs by more than requests may says by how much, and answers nothing else.
    if (!(error instanceof PeerRefusedError) || error.code !== "clock-skew") throw error;
    if (error.clockDifference === undefined) throw error;
    return { aheadMilliseconds: -error.clockDifference, roundTripMilliseconds: 0 };
  }
}
