/** Writes to a node and remembers what it acknowledged, so that it can be asked for after a crash. */

import { Agent, request } from "node:http";

/** What the node has promised to keep. */
export class Promises {
  /** Key -> revision of the acknowledged write. Each key is written once. */
  readonly keys = new Map<string, number>();
  /** Register -> the number that was acknowledged last, and the one that was sent last. */
  readonly registers = new Map<string, { acknowledged: number; sent: number }>();
  /** Ids of submitted tasks. */
  readonly tasks = new Set<string>();
  /** Ids of tasks whose completion was acknowledged. */
  readonly completed = new Set<string>();
}

/** One client: writes keys of its own, raises its register, submits tasks and completes them, until the node is gone. */
export async function writeUntilGone(url: string, name: string, promises: Promises): Promise<void> {
  const register = promises.registers.get(name) ?? { acknowledged: 0, sent: 0 };
  promises.registers.set(name, register);
  try {
    for (let number = 1; ; number += 1) {
      const key = `once/${name}/${number}`;
      const { mod_revision: revision } = await send(url, "PUT", `/api/v1/kv/${key}`, number);
      promises.keys.set(key, Number(revision));
      register.sent += 1;
      await send(url, "PUT", `/api/v1/kv/register/${name}`, register.sent);
      register.acknowledged = register.sent;
      if (number % 4 === 0) await oneTask(url, name, promises);
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    // The connection broke: the node was killed.
  }
}

async function oneTask(url: string, name: string, promises: Promises): Promise<void> {
  const { id } = await send(url, "POST", "/api/v1/tasks", { type: name, payload: { name } });
  promises.tasks.add(String(id));
  const claimed = await send(url, "POST", "/api/v1/tasks/claim", { worker_id: name, types: [name] });
  const [task] = claimed["tasks"] as { id: string; claim: { fencing_token: number } }[];
  if (task === undefined) return;
  await send(url, "POST", `/api/v1/tasks/${task.id}/complete`, { fencing_token: task.claim.fencing_token, result: 1 });
  promises.completed.add(task.id);
}

/** The node answered, and with an error: that is a failure of the test, not of the connection. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** Plain node:http keeps more writes in flight than fetch does on the cores that the node has to share. */
const agent = new Agent({ keepAlive: true });

function send(url: string, method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  const text = JSON.stringify(body);
  const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const answer = Buffer.concat(chunks).toString();
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) reject(new Refused(`${method} ${path}: ${status} ${answer}`));
        else resolve(JSON.parse(answer) as Record<string, unknown>);
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

/** Everything that the node has broken its word about; an empty list where it kept it. */
export async function findBroken(url: string, promises: Promises): Promise<string[]> {
  const broken: string[] = [];
  const found = new Map<string, { value: unknown; revision: number }>();
  for (const prefix of ["once/", "register/"]) {
    for await (const entry of listKeys(url, prefix)) {
      found.set(entry.key, { value: entry.value, revision: entry.mod_revision });
    }
  }
  for (const [key, revision] of promises.keys) {
    const entry = found.get(key);
    if (entry === undefined) broken.push(`${key} is gone`);
    else if (entry.revision !== revision) broken.push(`${key} is at ${entry.revision}, not at ${revision}`);
    else if (entry.value !== Number(key.split("/")[2])) broken.push(`${key} holds ${String(entry.value)}`);
  }
  for (const [name, { acknowledged, sent }] of promises.registers) {
    const value = Number(found.get(`register/${name}`)?.value ?? 0);
    if (value < acknowledged || value > sent) {
      broken.push(`register ${name} holds ${value}; ${acknowledged} was acknowledged, ${sent} was sent`);
    }
  }
  broken.push(...(await findBrokenTasks(url, promises)));
  return broken;
}

async function findBrokenTasks(url: string, promises: Promises): Promise<string[]> {
  const statuses = new Map<string, string>();
  let cursor: string | null = "";
  while (cursor !== null) {
    const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = (await (await fetch(`${url}/api/v1/tasks?limit=1000${more}`)).json()) as {
      tasks: { id: string; status: string }[];
      next_cursor: string | null;
    };
    for (const { id, status } of page.tasks) statuses.set(id, status);
    cursor = page.next_cursor;
  }
  const lost = [...promises.tasks].filter((id) => !statuses.has(id)).map((id) => `task ${id} is gone`);
  const undone = [...promises.completed]
    .filter((id) => statuses.get(id) !== "completed")
    .map((id) => `task ${id} was completed and is ${statuses.get(id) ?? "gone"}`);
  return [...lost, ...undone];
}

interface ListedEntry {
  key: string;
  value: unknown;
  mod_revision: number;
}

async function* listKeys(url: string, prefix: string): AsyncGenerator<ListedEntry> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const more: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page = (await (await fetch(`${url}/api/v1/kv?prefix=${prefix}&limit=1000${more}`)).json()) as {
      entries: ListedEntry[];
      next_cursor: string | null;
    };
    yield* page.entries;
    cursor = page.next_cursor;
  }
}
