import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStoreContract, type StoreUnderTest } from "../contract.ts";
import { openEmbeddedStore } from "./open.ts";

async function open(): Promise<StoreUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-store-"));
  const options = { directory, progressIntervalMilliseconds: 50 };
  const first = await openEmbeddedStore(options);
  let current = first;
  return {
    store: first,
    reopen: async () => {
      await current.close();
      current = await openEmbeddedStore(options);
      return current;
    },
    dispose: async () => {
      await current.close();
      await rm(directory, { recursive: true });
    },
  };
}

describeStoreContract("embedded", open);
