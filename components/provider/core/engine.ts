/** The engine that started the provider, for lines under a resource. */
import { credentials } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";

export type Severity = "info" | "warning";

/** Writes a line under the resource `urn`. */
export type Log = (urn: string, severity: Severity, message: string) => Promise<void>;

/** Connects to the engine at the address that it gave to the plugin. Without an address lines go to stderr. */
export function connectEngine(address: string | undefined): Log {
  if (address === undefined) {
    return (_urn, severity, message) => {
      process.stderr.write(`${severity}: ${message}\n`);
      return Promise.resolve();
    };
  }
  const client = new engineGrpc.EngineClient(address, credentials.createInsecure());
  return (urn, severity, message) => {
    const request = new engineMessages.LogRequest();
    request.setUrn(urn);
    request.setMessage(message);
    request.setSeverity(severity === "info" ? engineMessages.LogSeverity.INFO : engineMessages.LogSeverity.WARNING);
    // A line that can't be shown must not fail the update that it is about.
    return new Promise((resolve) => {
      client.log(request, () => {
        resolve();
      });
    });
  };
}
