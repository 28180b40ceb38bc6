/** `quorumkit:security:RandomToken`: a secret that is drawn once and then kept in the state. */
import { randomInt, randomUUID } from "node:crypto";
import { z } from "zod";
import type { Handler } from "../core/handler.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { checkInputs, readInputs } from "../node/inputs.ts";

/** A character of 62 carries 5.95 bits, so the shortest token has 190 of them. */
const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const randomTokenInputs = z.object({
  /** In characters. Another length is another token. */
  length: z.int().min(32).max(512).default(48),
});

export const randomToken: Handler = {
  secrets: ["token"],
  outputs: ["token"],

  check(_context, _olds, news) {
    return Promise.resolve(checkInputs(randomTokenInputs, news));
  },

  diff(_context, _id, old, news) {
    const inputs = readInputs(randomTokenInputs, news);
    const changes = listInputChanges(old, inputs, { names: ["length"], replacing: ["length"] });
    return Promise.resolve({
      changes,
      notes: changes.length === 0 ? [] : ["draws another token: everything that shares it has to be told"],
    });
  },

  create(_context, news) {
    const inputs = readInputs(randomTokenInputs, news);
    return Promise.resolve({ id: randomUUID(), state: { ...inputs, token: drawToken(inputs.length) } });
  },

  read(_context, _id, old) {
    // What is only in the state can't be found anywhere else: there is nothing to import.
    if (typeof old["token"] !== "string") return Promise.resolve(undefined);
    return Promise.resolve({ state: old, inputs: readInputs(randomTokenInputs, old) });
  },

  update(_context, _id, old) {
    return Promise.resolve(old);
  },

  delete() {
    return Promise.resolve();
  },
};

/** Letters and digits, each drawn without bias. */
function drawToken(length: number): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join("");
}
