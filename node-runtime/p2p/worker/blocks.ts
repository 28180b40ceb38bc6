/** /quorumkit/blocks/1: gives blocks to peers and fetches them from peers, each checked against its digest. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { z } from "zod";
import { digestForm, type BlockSource } from "../blocks/block-source.ts";
import { PartialBlock } from "../blocks/partial-block.ts";
import { messageOf, P2pError } from "../errors.ts";
import type { FetchedBlock, FetchRequest } from "../protocol.ts";
import { bodyFrameBytes, FrameError, readFrame, readJson, writeBody, writeJson } from "./frames.ts";
import { StreamReader } from "./stream-io.ts";
import type { Trust } from "./trust.ts";
import { handlerForTrusted } from "./trusted-registrar.ts";

export const blocksProtocol = "/quorumkit/blocks/1";

/** Larger than any model; it only bounds what a wrong request can ask for. */
const sizeLimitBytes = 16 * 1024 ** 4;
const headLimitBytes = 1024;

const request = z.strictObject({
  digest: z.string().regex(digestForm),
  offset: z.int().nonnegative().max(sizeLimitBytes),
});

const answer = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("found"), size: z.int().nonnegative().max(sizeLimitBytes) }),
  z.strictObject({ status: z.literal("absent") }),
]);

export interface BlocksOptions {
  trust: Trust;
  source: BlockSource;
  directory: string;
  stallMilliseconds: number;
  sent: (bytes: number) => void;
  received: (bytes: number) => void;
}

export class Blocks {
  readonly #libp2p: Libp2p;
  readonly #options: BlocksOptions;
  readonly #fetches = new Map<string, Promise<FetchedBlock>>();

  constructor(libp2p: Libp2p, options: BlocksOptions) {
    this.#libp2p = libp2p;
    this.#options = options;
  }

  async start(): Promise<void> {
    const handler = handlerForTrusted(this.#options.trust, (stream) => this.#provide(stream));
    await this.#libp2p.handle(blocksProtocol, handler, {
      maxInboundStreams: 8,
      maxOutboundStreams: 8,
    });
  }

  /** Fetches a block; fetches of the same block share one transfer. @throws P2pError */
  async fetch(wanted: FetchRequest, signal: AbortSignal): Promise<FetchedBlock> {
    const { digest, size } = wanted;
    if (!digestForm.test(digest)) {
      throw new P2pError("invalid-argument", `digest: ${digest} is not 64 lower-case hex digits of SHA-256`);
    }
    if (!Number.isSafeInteger(size) || size < 0 || size > sizeLimitBytes) {
      throw new P2pError("invalid-argument", `size: ${size} is not between 0 and ${sizeLimitBytes} bytes`);
    }
    const running = this.#fetches.get(digest);
    if (running !== undefined) return running;
    const fetching = this.#fetch(wanted, signal).finally(() => {
      this.#fetches.delete(digest);
    });
    this.#fetches.set(digest, fetching);
    return fetching;
  }

  async #provide(stream: Stream): Promise<void> {
    const { source, stallMilliseconds, sent } = this.#options;
    try {
      const { digest, offset } = await readJson(new StreamReader(stream, stallMilliseconds), request, headLimitBytes);
      const block = await source.open(digest, offset);
      if (block === null) {
        await writeJson(stream, { status: "absent" }, stallMilliseconds);
      } else {
        await writeJson(stream, { status: "found", size: block.size }, stallMilliseconds);
        await writeBody(stream, counted(block.chunks, sent), { limitBytes: block.size, stallMilliseconds });
      }
      await stream.close({ signal: AbortSignal.timeout(stallMilliseconds) });
    } catch (error) {
      // The peer went away or asked for nonsense; it sees the end of the stream, and there is nobody else to tell.
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #fetch({ digest, size, providers }: FetchRequest, signal: AbortSignal): Promise<FetchedBlock> {
    const { directory } = this.#options;
    const present = await stat(join(directory, digest)).catch(() => undefined);
    if (present?.size === size) return { path: join(directory, digest), resumedFrom: size, sources: [] };
    const block = await PartialBlock.open(directory, digest, size);
    const resumedFrom = block.offset;
    const sources = new Set<string>();
    const failures: string[] = [];
    let mismatched = false;
    let open = true;
    try {
      // What an earlier attempt left may be whole already.
      const candidates: (Connection | undefined)[] = [...this.#candidates(providers)];
      if (block.offset === size) candidates.unshift(undefined);
      for (const connection of candidates) {
        const name = connection === undefined ? "the partial file" : this.#nameOf(connection);
        if (connection !== undefined) {
          signal.throwIfAborted();
          const before = block.offset;
          try {
            await this.#receive(connection, { digest, size }, block, signal);
          } catch (error) {
            failures.push(`${name}: ${messageOf(error)}`);
          }
          if (block.offset > before) sources.add(name);
        }
        if (block.offset < size) continue;
        if (block.matches()) {
          open = false;
          return { path: await block.publish(), resumedFrom, sources: [...sources] };
        }
        mismatched = true;
        failures.push(`${name}: what it sent makes another digest`);
        await block.restart();
        sources.clear();
      }
      throw failureOf(digest, failures, { mismatched, begun: block.offset > 0 || sources.size > 0 });
    } finally {
      if (open) await (block.offset === 0 ? block.discard() : block.keep());
    }
  }

  async #receive(
    connection: Connection,
    { digest, size }: { digest: string; size: number },
    block: PartialBlock,
    signal: AbortSignal,
  ): Promise<void> {
    const { stallMilliseconds, received } = this.#options;
    const stream = await connection.newStream(blocksProtocol, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(stallMilliseconds)]),
    });
    const abort = (): void => {
      stream.abort(new Error("the fetch was cancelled"));
    };
    signal.addEventListener("abort", abort, { once: true });
    try {
      const reader = new StreamReader(stream, stallMilliseconds);
      await writeJson(stream, { digest, offset: block.offset }, stallMilliseconds);
      const head = await readJson(reader, answer, headLimitBytes);
      if (head.status === "absent") throw new Error("it doesn't have the block");
      if (head.size !== size) throw new Error(`its block has ${head.size} bytes, ${size} are expected`);
      while (block.offset < size) {
        const chunk = await readFrame(reader, bodyFrameBytes);
        if (chunk.byteLength === 0) throw new Error("it ended the block early");
        if (block.offset + chunk.byteLength > size) throw new FrameError("it sent more than the block has");
        await block.append(chunk);
        received(chunk.byteLength);
      }
      await stream.close({ signal: AbortSignal.timeout(stallMilliseconds) });
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Connections to ask, one for each peer: those that were named in their order, else all that are trusted. */
  #candidates(providers: readonly string[] | undefined): Connection[] {
    const { trust } = this.#options;
    const peers =
      providers === undefined
        ? this.#libp2p.getPeers().map(String)
        : [...new Set(providers.flatMap((nodeId) => trust.peersOf(nodeId)))];
    return peers.flatMap((peerId) =>
      trust.trusts(peerId) ? this.#libp2p.getConnections(peerIdFromString(peerId)).slice(0, 1) : [],
    );
  }

  #nameOf(connection: Connection): string {
    const peerId = connection.remotePeer.toString();
    return this.#options.trust.nodeIdOf(peerId) ?? peerId;
  }
}

function failureOf(
  digest: string,
  failures: readonly string[],
  state: { mismatched: boolean; begun: boolean },
): P2pError {
  const details = failures.length === 0 ? "no provider is connected" : failures.join("; ");
  if (state.begun) return new P2pError("block-incomplete", `block ${digest} is not complete yet: ${details}`);
  if (state.mismatched) {
    return new P2pError("block-corrupt", `block ${digest} was refused and deleted: ${details}`);
  }
  return new P2pError("block-absent", `block ${digest} was not found: ${details}`);
}

async function* counted(chunks: AsyncIterable<Uint8Array>, count: (bytes: number) => void) {
  for await (const chunk of chunks) {
    yield chunk;
    count(chunk.byteLength);
  }
}
