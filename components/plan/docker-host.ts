/** What a spec may say of a Docker host. Pure. */
import { show, type Problem } from "@quorumkit/schema";

/** Files of containers are mounted from this machine, so that their Docker host has to be this machine. */
export function dockerHostProblems(option: string, dockerHost: string, alternative = ""): Problem[] {
  if (dockerHost.startsWith("unix://")) return [];
  const want = `a unix:// endpoint of this machine${alternative}`;
  return [
    {
      severity: "error",
      path: option,
      message: `docker_host must be ${want}, got ${show(dockerHost)}`,
      got: dockerHost,
      want,
      rule: "docker-host-is-this-machine",
    },
  ];
}
