/** The tests that every alert has: where it fires, and where it stays silent. */
import type { AlertGroup, KeysOf } from "../alert-rules.ts";
import type { Sample, SeriesValues } from "./sample.ts";

/** What a Prometheus sees, and when it is asked. */
export interface AlertCase {
  /** What is going on, for the output of a test that fails. */
  about: string;
  series: SeriesValues;
  /** Time between two values of a series. Default `1m`. */
  interval?: string;
  /** When the alert is looked at, from the first value on. */
  at: string;
}

/** An alert that fires. */
export interface Firing {
  /** Labels beside `alertname` and those that the rule itself gives. */
  labels?: Readonly<Record<string, string>>;
  /** The value as it stands in the texts, in its unit. */
  value?: string;
}

/** A case in which the alert fires, once or more. */
export interface FiringCase extends AlertCase {
  alerts: readonly [Firing, ...Firing[]];
}

/** At least one case of each kind. */
export interface RuleCases {
  fires: readonly [FiringCase, ...FiringCase[]];
  /** Near the limit where there is one. */
  silent: readonly [AlertCase, ...AlertCase[]];
}

/** The cases of the one alert that is never silent. */
export interface WatchdogCases {
  fires: RuleCases["fires"];
  silent: readonly [];
}

/** The cases of every alert of a group: one that is missing does not compile. */
export type CasesOf<Group extends AlertGroup> = (sample: Sample) => {
  readonly [Key in KeysOf<Group>]: Key extends "Watchdog/none" ? WatchdogCases : RuleCases;
};
