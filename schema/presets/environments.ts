/**
 * The environments of guide 001 (Deployment Scenarios, lines 318 to 513), as partial specs in the names of files. Each
 * holds what its section states; production and high-availability also turn on backups and checkpoints (guide 000,
 * Disaster Recovery). How many members there are is the spec's own choice.
 */

/** In the order of the guide. */
export const environmentNames = ["development", "staging", "production", "high-availability"] as const;

/** The name of an environment. */
export type EnvironmentName = (typeof environmentNames)[number];

/** Every strategy of self-healing; the production sections list them all, though they are the defaults. */
const allStrategies = {
  service_restart: true,
  resource_reallocation: true,
  load_redistribution: true,
  enable_learning: true,
  enable_predictive: true,
  enable_proactive: true,
  enable_failover: true,
  enable_scaling: true,
} as const;

const allDetectors = { enable_ml_detection: true, enable_statistical: true, enable_pattern_recognition: true } as const;

/** Defaults of each environment, laid over those of the system. */
export const environmentPresets: Readonly<Record<EnvironmentName, Readonly<Record<string, unknown>>>> = {
  // 001:318
  development: {
    fault_tolerance: {
      enabled: true,
      retry_attempts: 2,
      retry_delay: "500ms",
      health_check_interval: "10s",
      recovery_timeout: "1m",
      predictive_detection: {
        enabled: true,
        confidence_threshold: 0.6,
        prediction_interval: "10s",
        window_size: "2m",
        threshold: 0.5,
      },
      self_healing: {
        enabled: true,
        healing_threshold: 0.5,
        healing_interval: "30s",
        monitoring_interval: "10s",
        learning_interval: "2m",
      },
      redundancy: { enabled: false, default_factor: 1 },
      performance_tracking: { enabled: true, window_size: "5m" },
      config_adaptation: { enabled: true, interval: "5m" },
    },
  },
  // 001:358
  staging: {
    fault_tolerance: {
      enabled: true,
      retry_attempts: 3,
      retry_delay: "1s",
      health_check_interval: "30s",
      recovery_timeout: "3m",
      predictive_detection: {
        enabled: true,
        confidence_threshold: 0.75,
        prediction_interval: "30s",
        window_size: "5m",
        threshold: 0.7,
      },
      self_healing: {
        enabled: true,
        healing_threshold: 0.7,
        healing_interval: "1m",
        monitoring_interval: "30s",
        learning_interval: "5m",
      },
      redundancy: { enabled: true, default_factor: 2, max_factor: 3 },
      performance_tracking: { enabled: true, window_size: "10m" },
      config_adaptation: { enabled: true, interval: "15m" },
    },
  },
  // 001:399
  production: {
    fault_tolerance: {
      enabled: true,
      retry_attempts: 5,
      retry_delay: "2s",
      health_check_interval: "1m",
      recovery_timeout: "10m",
      circuit_breaker_enabled: true,
      checkpoint_interval: "5m",
      max_retries: 10,
      retry_backoff: "5s",
      replication_factor: 3,
      predictive_detection: {
        enabled: true,
        // 0.9 here and in Tuning Predictive Detection (001:141), 0.85 in the complete file (001:776) and guide 000:234.
        confidence_threshold: 0.9,
        prediction_interval: "1m",
        // 15m here and in the complete file, 10m in Tuning Predictive Detection (001:144).
        window_size: "15m",
        threshold: 0.8,
        ...allDetectors,
      },
      self_healing: {
        enabled: true,
        healing_threshold: 0.8,
        healing_interval: "2m",
        monitoring_interval: "1m",
        learning_interval: "10m",
        ...allStrategies,
      },
      redundancy: { enabled: true, default_factor: 3, max_factor: 5, update_interval: "10m" },
      performance_tracking: { enabled: true, window_size: "30m" },
      config_adaptation: { enabled: true, interval: "1h" },
    },
    backup: { enabled: true },
    recovery: { enabled: true },
  },
  // 001:457
  "high-availability": {
    fault_tolerance: {
      enabled: true,
      retry_attempts: 10,
      retry_delay: "3s",
      health_check_interval: "30s",
      recovery_timeout: "15m",
      circuit_breaker_enabled: true,
      checkpoint_interval: "2m",
      max_retries: 20,
      retry_backoff: "10s",
      replication_factor: 5,
      predictive_detection: {
        enabled: true,
        confidence_threshold: 0.95,
        prediction_interval: "30s",
        window_size: "30m",
        threshold: 0.9,
        ...allDetectors,
      },
      self_healing: {
        enabled: true,
        healing_threshold: 0.9,
        healing_interval: "1m",
        monitoring_interval: "30s",
        learning_interval: "15m",
        ...allStrategies,
      },
      redundancy: { enabled: true, default_factor: 5, max_factor: 10, update_interval: "5m" },
      performance_tracking: { enabled: true, window_size: "1h" },
      config_adaptation: { enabled: true, interval: "30m" },
    },
    backup: { enabled: true },
    recovery: { enabled: true },
  },
};
