/** The sections that a cluster spec and a node config have in common: what a node needs to know, said once. */
import { api } from "./concerns/api.ts";
import { artifacts } from "./concerns/artifacts.ts";
import { backup, recovery } from "./concerns/backup.ts";
import { consensus } from "./concerns/consensus.ts";
import { faultTolerance } from "./concerns/fault-tolerance.ts";
import { inference } from "./concerns/inference.ts";
import { monitoring } from "./concerns/monitoring.ts";
import { network } from "./concerns/networking.ts";
import { p2p } from "./concerns/p2p.ts";
import { replication } from "./concerns/replication.ts";
import { gc, resources } from "./concerns/resources.ts";
import { security } from "./concerns/security.ts";
import { storage } from "./concerns/storage.ts";
import { tasks } from "./concerns/tasks.ts";
import { vectors } from "./concerns/vectors.ts";

/** In the order of the reference pages. An absent section has its defaults. */
export const sharedSections = {
  api: api.prefault({}),
  p2p: p2p.prefault({}),
  consensus: consensus.prefault({}),
  faultTolerance: faultTolerance.prefault({}),
  storage: storage.prefault({}),
  replication: replication.prefault({}),
  security: security.prefault({}),
  network: network.prefault({}),
  monitoring: monitoring.prefault({}),
  backup: backup.prefault({}),
  recovery: recovery.prefault({}),
  resources: resources.prefault({}),
  gc: gc.prefault({}),
  tasks: tasks.prefault({}),
  inference: inference.prefault({}),
  vectors: vectors.prefault({}),
  artifacts: artifacts.prefault({}),
};
