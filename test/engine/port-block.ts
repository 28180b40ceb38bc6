/** Ports for several nodes of one machine. */
import { randomInt } from "node:crypto";
import { isFree } from "../support/ports.ts";

/**
 * The first of `width` ports side by side that are free, and free again each `step` further, `count` times. They lie
 * below those that the system gives out by itself.
 */
export async function freePortBlock(width: number, step: number, count: number): Promise<number> {
  for (;;) {
    const base = randomInt(20_000, 31_000);
    const ports = Array.from({ length: count }, (_, node) =>
      Array.from({ length: width }, (_, offset) => base + node * step + offset),
    ).flat();
    const free = await Promise.all(ports.map(isFree));
    if (!free.includes(false)) return base;
  }
}
