/** The command by which a container runtime finds out whether a node is alive. */
import type { NodeConfig } from "@quorumkit/schema";
import { apiAddress } from "./endpoints.ts";

/** Runs in the container, with the Node.js of the image: there is no curl. Ends with 0 when the node is alive. */
export function healthCheckCommand(config: NodeConfig): string[] {
  const url = `${apiAddress(config, "127.0.0.1")}/api/v1/health`;
  const module = url.startsWith("https:") ? "https" : "http";
  const program =
    `require("node:${module}").get(${JSON.stringify(url)},{rejectUnauthorized:false},` +
    `(r)=>process.exit(r.statusCode===200?0:1)).on("error",()=>process.exit(1))`;
  return ["node", "-e", program];
}
