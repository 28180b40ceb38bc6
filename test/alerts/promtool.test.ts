/** Rules through the real promtool: each is accepted, fires where it should, and stays silent where it should. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { systemNames } from "@quorumkit/schema";
import type { AlertInput } from "@quorumkit/alerts";
import { everyKey, promtoolFiles } from "../../alerts/testing/promtool.ts";
import { sampleInput, sampleOf } from "../../alerts/testing/sample.ts";
import { attempt } from "../support/command.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { ensureDebianPackages } from "../support/toolchain.ts";

before(() => ensureDebianPackages(["prometheus"]));

/** Each system with everything around it, and a lone node, whose store is another. */
const samples: Readonly<Record<string, AlertInput>> = {
  ...Object.fromEntries(systemNames.map((system) => [system, sampleInput(system)])),
  "a lone node": sampleInput("coordinator", { members: 1 }),
};

describe("promtool test rules", () => {
  for (const [name, input] of Object.entries(samples)) {
    test(`every alert of ${name} fires and stays silent`, async () => {
      using folder = temporaryFolder();
      const files = promtoolFiles(sampleOf(input));
      const tests = files.map(({ key, rules, tests: write }) => {
        const path = join(folder.path, key.replaceAll("/", "-"));
        writeFileSync(`${path}.rules.yaml`, rules);
        writeFileSync(`${path}.test.yaml`, write(`${path}.rules.yaml`));
        return `${path}.test.yaml`;
      });
      const { code, stdout, stderr } = await attempt("promtool", ["test", "rules", ...tests]);
      assert.equal(code, 0, `${stdout}${stderr}`);
      assert.equal(stdout.match(/SUCCESS/g)?.length, files.length);
    });
  }

  test("each alert is in one of the samples", () => {
    const tested = new Set<string>(
      Object.values(samples).flatMap((input) => promtoolFiles(sampleOf(input)).map(({ key }) => key)),
    );
    const known = everyKey(sampleOf(sampleInput("coordinator")));
    assert.deepEqual([...tested].sort(), [...known].sort());
  });
});
