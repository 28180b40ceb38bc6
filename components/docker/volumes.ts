/** The volumes of a service. */
import * as docker from "@pulumi/docker";
import { override } from "../common/children.ts";
import type { ClusterJob, ServiceShape } from "./job.ts";
import { dockerNameOf } from "./names.ts";

/**
 * Makes volumes. They have no labels and nothing else that changes: another label would be another volume, without the
 * data. One that is kept outlives its resource, and is found again by its name.
 */
export function createVolumes(job: ClusterJob, { volumes }: ServiceShape): docker.Volume[] {
  return volumes.map(
    (volume) =>
      new docker.Volume(
        `${job.name}-${volume.name}`,
        override(job, "volume", { name: dockerNameOf(volume.name) }, ["name"]),
        { parent: job.component, provider: job.host.provider, retainOnDelete: volume.keep },
      ),
  );
}
