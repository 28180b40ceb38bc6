/** Entry of the provider plugin `quorumkit`: nodes on this machine, in containers and as systemd units, and what they share. */
import { handlers } from "./registry.ts";
import { serve } from "./core/server.ts";

await serve(handlers, process.argv.slice(2));
