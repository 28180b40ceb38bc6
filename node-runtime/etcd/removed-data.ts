/** Moves the data of a member that was removed out of the way: etcd would refuse it for ever, a person may still want it. */
import { access, rename } from "node:fs/promises";
import { join } from "node:path";
import { EtcdError } from "./errors.ts";
import type { EtcdPlan } from "./plan.ts";

/**
 * Moves `<data_dir>/etcd` to `<data_dir>/etcd-removed-<member id>-<n>`, and a log directory of its own likewise.
 * @returns where the data is now
 * @throws EtcdError etcd-data-not-moved
 */
export async function moveAside(
  { dataDirectory, etcdDirectory, walDirectory }: EtcdPlan,
  memberId: string | undefined,
): Promise<string> {
  const to = await freeName(join(dataDirectory, `etcd-removed-${memberId ?? "unknown"}`));
  try {
    await rename(etcdDirectory, to);
    if (walDirectory !== undefined && (await exists(walDirectory))) {
      await rename(walDirectory, await freeName(`${walDirectory}-removed-${memberId ?? "unknown"}`));
    }
  } catch (error) {
    throw new EtcdError(
      "etcd-data-not-moved",
      `the data of the removed member could not be moved to ${to}: ${(error as Error).message}. ` +
        `Move ${etcdDirectory} away yourself before this node joins again`,
      { cause: error },
    );
  }
  return to;
}

async function freeName(base: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = `${base}-${number}`;
    if (!(await exists(name))) return name;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
