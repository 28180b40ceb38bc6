/** Requests as they are, for tests that look at what exactly came back. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Received } from "./stub-node.ts";

/** Checks that an answer is a problem document of nginx's own, and gives it. */
export async function problemOf(answer: Response): Promise<Record<string, unknown>> {
  assert.equal(answer.headers.get("content-type"), "application/problem+json", String(answer.status));
  const body = (await answer.json()) as Record<string, unknown>;
  assert.equal(body["status"], answer.status);
  assert.equal(body["request_id"], answer.headers.get("x-request-id"));
  return body;
}

/** What a stub node got, as it answers it. */
export async function echoOf(answer: Response): Promise<Received> {
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as Received;
}

/** Sends bytes, and gives everything that comes back until the other side closes. */
export async function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    answer += chunk;
  });
  socket.on("error", () => undefined);
  socket.write(text);
  await once(socket, "close");
  return answer;
}
