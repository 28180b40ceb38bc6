/** What tests ask of a node through its API. */
import assert from "node:assert/strict";

/** What a node says of itself. */
export interface Ready {
  ready: boolean;
  node_id: string;
  reasons: string[];
  config: { checksum: string; generation: number; last_reload: { ok: boolean; error?: string } | null };
}

/** A client of one node. */
export interface NodeClient {
  ready: () => Promise<Ready>;
  put: (key: string, value: unknown) => Promise<void>;
  get: (key: string) => Promise<unknown>;
  /** Submits a task, and gives its id. */
  submit: (payload: unknown) => Promise<string>;
  task: (id: string) => Promise<{ id: string; status: string; payload: unknown }>;
}

/** @param address for example `http://127.0.0.1:8080` @param token a credential that the node accepts */
export function nodeClient(address: string, token: string): NodeClient {
  const ask = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok || path === "/api/v1/ready", `${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  };
  return {
    ready: () => ask("GET", "/api/v1/ready"),
    put: async (key, value) => {
      await ask("PUT", `/api/v1/kv/${key}`, value);
    },
    get: async (key) => (await ask<{ value: unknown }>("GET", `/api/v1/kv/${key}`)).value,
    submit: async (payload) => (await ask<{ id: string }>("POST", "/api/v1/tasks", { type: "test", payload })).id,
    task: (id) => ask("GET", `/api/v1/tasks/${id}`),
  };
}
