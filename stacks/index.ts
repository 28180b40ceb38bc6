/** The program behind `pulumi up`: reads the stack file, checks it, and makes the cluster that it describes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { makeCluster } from "./cluster.ts";
import { readStackFile } from "./stack-file.ts";

// Pulumi starts the program in the directory of `main`, where the stack files are too.
const file = `Pulumi.${pulumi.getStack()}.yaml`;
const text = readFileSync(join(process.cwd(), file), "utf8");
const { args } = readStackFile({ path: join("stacks", file), text, config: pulumi.runtime.allConfig() });

// Which outputs there are depends on the target, so they are one value.
export default makeCluster("cluster", args);
