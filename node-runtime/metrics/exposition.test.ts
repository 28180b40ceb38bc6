import assert from "node:assert/strict";
import { test } from "node:test";
import { selectFamilies } from "./exposition.ts";

test("takes whole families, under the names and with the help that are given", () => {
  const text = [
    "# HELP process_open_fds Number.",
    "# TYPE process_open_fds gauge",
    "process_open_fds 8",
    "go_goroutines 3",
    "# TYPE round_trip_seconds histogram",
    'round_trip_seconds_bucket{To="a",le="0.1"} 3',
    'round_trip_seconds_sum{To="a"} 0.1',
    'round_trip_seconds_count{To="a"} 3',
    "process_open_fds_other 1",
  ].join("\n");
  const wanted = new Map([
    ["process_open_fds", { name: "etcd_process_open_fds", help: "Files." }],
    ["round_trip_seconds", { name: "round_trip_seconds", help: "Time." }],
  ]);
  assert.equal(
    selectFamilies(text, wanted),
    [
      "# HELP etcd_process_open_fds Files.",
      "# TYPE etcd_process_open_fds gauge",
      "etcd_process_open_fds 8",
      "# TYPE round_trip_seconds histogram",
      'round_trip_seconds_bucket{To="a",le="0.1"} 3',
      'round_trip_seconds_sum{To="a"} 0.1',
      'round_trip_seconds_count{To="a"} 3',
      "",
    ].join("\n"),
  );
  assert.equal(selectFamilies(text, new Map()), "");
});
