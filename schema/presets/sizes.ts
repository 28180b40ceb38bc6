/** The cluster sizes of guide 001 (Scaling Recommendations, lines 539 to 572), as partial specs in the names of files. */

/** In the order of the guide. */
export const sizeNames = ["small", "medium", "large"] as const;

/** The name of a cluster size. */
export type SizeName = (typeof sizeNames)[number];

/** Defaults for clusters of so many nodes, members and gateways together. */
export interface SizePreset {
  /** Both bounds belong to the size; a missing `max` means any number. */
  nodes: { min: number; max?: number };
  /** Laid over the defaults of the environment. */
  values: Readonly<Record<string, unknown>>;
}

/** Defaults of each size. */
export const sizePresets: Readonly<Record<SizeName, SizePreset>> = {
  small: {
    nodes: { min: 2, max: 5 },
    values: {
      fault_tolerance: {
        redundancy: { default_factor: 2, max_factor: 3 },
        self_healing: { healing_interval: "1m", monitoring_interval: "30s" },
      },
    },
  },
  medium: {
    nodes: { min: 6, max: 15 },
    values: {
      fault_tolerance: {
        redundancy: { default_factor: 3, max_factor: 5 },
        self_healing: { healing_interval: "2m", monitoring_interval: "1m" },
      },
    },
  },
  large: {
    nodes: { min: 16 },
    values: {
      fault_tolerance: {
        redundancy: { default_factor: 5, max_factor: 10 },
        self_healing: { healing_interval: "3m", monitoring_interval: "1m" },
        predictive_detection: { prediction_interval: "2m", window_size: "30m" },
      },
    },
  },
};
