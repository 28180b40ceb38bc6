/** The node's log: one line of JSON for each message, on standard output and, if asked for, in a file. */
import { hidden, type NodeConfig } from "@quorumkit/schema";
import pino, { type DestinationStream, type Logger } from "pino";
import { rotatingFile } from "./rotating-file.ts";
import { version } from "./version.ts";

/** Paths of a log record that may hold a credential. */
const secretPaths = [
  "req.headers.authorization",
  'req.headers["x-api-key"]',
  "req.headers.cookie",
  "headers.authorization",
  'headers["x-api-key"]',
  "*.adminToken",
  "*.apiKeys",
  "*.secretAccessKey",
  "*.passwordHash",
];

/** Makes the log of a node. `destination` takes the place of standard output in tests. */
export function makeLogger(config: NodeConfig, destination?: DestinationStream): Logger {
  const { logLevel, logFile, logMaxSize, logBackupCount } = config.monitoring;
  const output = destination ?? pino.destination({ dest: 1, sync: false, minLength: 0 });
  const streams =
    logFile === undefined
      ? output
      : pino.multistream([
          { stream: output, level: "debug" },
          { stream: rotatingFile(logFile, { maximumSize: logMaxSize, backups: logBackupCount }), level: "debug" },
        ]);
  return pino(
    {
      level: logLevel,
      base: { node_id: config.node.id, system: config.system, version },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretPaths, censor: hidden },
    },
    streams,
  );
}
