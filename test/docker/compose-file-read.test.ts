/** Compose files and stacks as Docker's own programs read them. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { composeFile, swarmStack, type WrittenFiles } from "../../components/compose-file/index.ts";
import { arbitraryPlan, fullPlan, materials, requests } from "../../components/compose-file/testing/plans.ts";
import type { PlannedService, ServicePlan } from "../../components/plan/service.ts";
import { run } from "../support/command.ts";
import { temporaryFolder } from "../support/temporary.ts";

const compose = process.env["QUORUMKIT_DOCKER_COMPOSE"] ?? "docker-compose";
const cli = process.env["QUORUMKIT_DOCKER_CLI"] ?? "docker";
const temporary = temporaryFolder();
const folder = temporary.path;

after(() => {
  temporary[Symbol.dispose]();
});

/** What is looked at in a file that Docker's programs have read. */
interface Shown {
  services: Record<
    string,
    {
      image: string;
      command: string[] | null;
      environment?: Record<string, string>;
      labels: Record<string, string>;
      healthcheck?: { test: string[] };
    }
  >;
}

/** Writes the files of a plan into a directory of their own, and gives the path of the one that Docker is given. */
function place(name: string, { main, files }: WrittenFiles): string {
  for (const { path, text } of files) {
    const file = join(folder, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return join(folder, name, main);
}

/** What Compose makes of a file. It prints a file again, where `$` is doubled. */
async function readByCompose(file: string): Promise<Shown> {
  const text = await run(compose, ["--file", file, "config", "--format", "json"]);
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === "string" ? value.replaceAll("$$", "$") : value,
  ) as Shown;
}

/** What `docker stack` makes of a file. Its YAML has texts without quotes that others take for numbers. */
async function readByStack(file: string): Promise<Shown> {
  return parse(await run(cli, ["stack", "config", "--compose-file", file]), { schema: "failsafe" }) as Shown;
}

/** Programs refuse some values that a plan can't have: names of images, sizes that no machine has. */
function presentable(plan: ServicePlan): ServicePlan {
  const services = plan.services.map((service): PlannedService => {
    const texts = (list: readonly string[]) => list.map((text) => text.toWellFormed());
    const { healthCheck, command } = service;
    return {
      ...service,
      image: { ...service.image, name: "example/image:1" },
      command: texts(command),
      healthCheck: { ...healthCheck, command: texts(healthCheck.command) },
      environment: Object.fromEntries(
        Object.entries(service.environment).map(([name, value]) => [
          name,
          { ...value, text: value.text.toWellFormed() },
        ]),
      ),
      temporary: service.temporary.map((each) => ({ ...each, size: "64m" })),
    };
  });
  return { ...plan, services };
}

function compare(shown: Shown, plan: ServicePlan): void {
  for (const service of plan.services) {
    const read = shown.services[service.name];
    assert.ok(read, service.name);
    assert.equal(read.image, service.image.name);
    assert.deepEqual(read.command ?? [], service.command);
    const environment = Object.entries(service.environment).map(([name, { text }]) => [name, text]);
    assert.deepEqual(read.environment ?? {}, Object.fromEntries(environment));
    assert.equal(read.labels["quorumkit.restart-checksum"], service.checksum);
    assert.deepEqual(read.healthcheck?.test.slice(1) ?? [], service.healthCheck.command);
  }
}

describe("Docker's programs read what was meant", () => {
  test("a plan with everything", async () => {
    compare(await readByCompose(place("full", composeFile(fullPlan, materials))), fullPlan);
    compare(await readByStack(place("full", swarmStack(fullPlan, materials, requests))), fullPlan);
  });

  test("any plan", async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryPlan.map(presentable), async (plan) => {
        const name = `any-${(number += 1)}`;
        compare(await readByCompose(place(name, composeFile(plan, materials))), plan);
        compare(await readByStack(place(name, swarmStack(plan, materials, requests))), plan);
      }),
      { numRuns: 40 },
    );
  });
});

test("secret variables keep every character", async () => {
  const [service] = fullPlan.services;
  assert.ok(service);
  const character = fc.constantFrom(
    "\\",
    "'",
    '"',
    "$",
    "`",
    "{",
    "}",
    "(",
    ")",
    "#",
    "=",
    "!",
    "%",
    "n",
    "0",
    ":",
    " ",
    "\n",
    "é",
  );
  const tricky = fc.string({ unit: character, maxLength: 6 });
  const values = [
    "\\",
    "\\'",
    "a\\",
    "'",
    '"',
    "$A",
    "${A:?}",
    "$$",
    '\\"$\\',
    "",
    " ",
    "\n",
    ...fc.sample(tricky, 400),
  ];
  const variables = values.map((text, index) => [`A${index}`, { text, secret: true }] as const);
  const plan: ServicePlan = { ...fullPlan, services: [{ ...service, environment: Object.fromEntries(variables) }] };
  compare(await readByCompose(place("secret", composeFile(plan, materials))), plan);
  const lines = variables.filter(([, { text }]) => !/[\r\n]/.test(text));
  const flat: ServicePlan = { ...fullPlan, services: [{ ...service, environment: Object.fromEntries(lines) }] };
  compare(await readByStack(place("secret", swarmStack(flat, materials, requests))), flat);
});
