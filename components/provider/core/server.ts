/**
 * The gRPC service of the provider. `provider.main` of @pulumi/pulumi would do, but it can't say which properties
 * change (detailed diff), and it hides the engine's address and the last inputs from the provider.
 */
import * as grpc from "@grpc/grpc-js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import structMessages from "google-protobuf/google/protobuf/struct_pb.js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { connectEngine, type Log } from "./engine.ts";
import type { Context, Difference, Handler, PropertyChange } from "./handler.ts";
import { unknownValue, unwrap, wrap, type Unwrapped } from "./values.ts";

type Struct = InstanceType<typeof structMessages.Struct>;

/** Version of the plugin: that of @quorumkit/components. */
export const version = "0.1.0";

/** Serves the handlers, by type token, until the engine stops the process. Prints the port, as plugins do. */
export async function serve(handlers: ReadonlyMap<string, Handler>, args: readonly string[]): Promise<void> {
  const address = args.filter((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--tracing")[0];
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(providerGrpc.ResourceProviderService, createService(handlers, connectEngine(address)));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  process.stdout.write(`${String(port)}\n`);
}

/** The calls of the service. Exported for tests. */
export function createService(handlers: ReadonlyMap<string, Handler>, log: Log): grpc.UntypedServiceImplementation {
  const cancellation = new AbortController();

  function resolve(urn: string): { handler: Handler; context: Context } {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const handler = handlers.get(type);
    if (handler === undefined) throw new Error(`the quorumkit provider ${version} has no resource type ${type}`);
    return {
      handler,
      context: { urn, log: (severity, message) => log(urn, severity, message), signal: cancellation.signal },
    };
  }

  return {
    handshake: unary(() => {
      const response = new providerMessages.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    checkConfig: unary((request: InstanceType<typeof providerMessages.CheckRequest>) => {
      const response = new providerMessages.CheckResponse();
      const news = request.getNews();
      if (news !== undefined) response.setInputs(news);
      return response;
    }),
    diffConfig: unary(() => new providerMessages.DiffResponse()),
    configure: unary(() => {
      const response = new providerMessages.ConfigureResponse();
      response.setAcceptsecrets(true);
      return response;
    }),
    getPluginInfo: unary(() => {
      const response = new pluginMessages.PluginInfo();
      response.setVersion(version);
      return response;
    }),
    getSchema: unary(() => {
      const response = new providerMessages.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: "quorumkit", version, resources: {} }));
      return response;
    }),
    attach: unary(() => new emptyMessages.Empty()),
    cancel: unary(() => {
      cancellation.abort(new Error("cancelled"));
      return new emptyMessages.Empty();
    }),
    check: unary(async (request: InstanceType<typeof providerMessages.CheckRequest>) => {
      const { handler, context } = resolve(request.getUrn());
      const response = new providerMessages.CheckResponse();
      const news = read(request.getNews());
      const olds = read(request.getOlds());
      const failures = (await handler.check?.(context, nonEmpty(olds), knownPart(news))) ?? [];
      const inputs = request.getNews();
      if (inputs !== undefined) response.setInputs(inputs);
      for (const { property, reason } of failures) {
        const failure = new providerMessages.CheckFailure();
        failure.setProperty(property);
        failure.setReason(reason);
        response.addFailures(failure);
      }
      return response;
    }),
    diff: unary(async (request: InstanceType<typeof providerMessages.DiffRequest>) => {
      const { handler, context } = resolve(request.getUrn());
      const news = read(request.getNews());
      const old = read(request.getOlds());
      if (news.unknowns.size > 0) return differenceMessage(unknownDifference(news));
      const difference = await handler.diff(context, request.getId(), old.properties, news.properties);
      for (const note of difference.notes) await context.log("info", note);
      return differenceMessage(difference);
    }),
    create: unary(async (request: InstanceType<typeof providerMessages.CreateRequest>) => {
      const { handler, context } = resolve(request.getUrn());
      const inputs = read(request.getProperties());
      if (request.getPreview()) {
        const preview = new providerMessages.CreateResponse();
        preview.setProperties(previewed(request.getProperties(), handler));
        return preview;
      }
      const { id, state } = await handler.create(context, inputs.properties);
      const response = new providerMessages.CreateResponse();
      response.setId(id);
      response.setProperties(write(state, handler, inputs));
      return response;
    }),
    read: unary(async (request: InstanceType<typeof providerMessages.ReadRequest>) => {
      const { handler, context } = resolve(request.getUrn());
      const old = read(request.getProperties());
      const found = await handler.read(context, request.getId(), old.properties);
      const response = new providerMessages.ReadResponse();
      if (found === undefined) return response;
      response.setId(request.getId());
      response.setProperties(write(found.state, handler, old));
      response.setInputs(write(found.inputs, handler, old));
      return response;
    }),
    update: unary(async (request: InstanceType<typeof providerMessages.UpdateRequest>) => {
      const { handler, context } = resolve(request.getUrn());
      if (request.getPreview()) {
        const preview = new providerMessages.UpdateResponse();
        preview.setProperties(previewed(request.getNews(), handler, foreseen(request, handler)));
        return preview;
      }
      const news = read(request.getNews());
      const old = read(request.getOlds());
      const state = await handler.update(context, request.getId(), old.properties, news.properties);
      const response = new providerMessages.UpdateResponse();
      response.setProperties(write(state, handler, news));
      return response;
    }),
    delete: unary(async (request: InstanceType<typeof providerMessages.DeleteRequest>) => {
      const { handler, context } = resolve(request.getUrn());
      await handler.delete(context, request.getId(), read(request.getProperties()).properties);
      return new emptyMessages.Empty();
    }),
  };
}

function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
        },
      );
  };
}

function read(struct: Struct | undefined): Unwrapped {
  return unwrap(struct?.toJavaScript() ?? {});
}

function write(properties: Record<string, unknown>, handler: Handler, source: Unwrapped): Struct {
  const wrapped = wrap(properties, [...handler.secrets, ...source.secrets]);
  return structMessages.Struct.fromJavaScript(wrapped as Parameters<typeof structMessages.Struct.fromJavaScript>[0]);
}

/** What a preview can say of a resource: its inputs as they came, what is foreseen, and that the rest will be known later. */
function previewed(inputs: Struct | undefined, handler: Handler, known: Record<string, unknown> = {}): Struct {
  const later = Object.fromEntries(handler.outputs.map((name) => [name, unknownValue]));
  const properties = { ...inputs?.toJavaScript(), ...later, ...wrap(known, handler.secrets) };
  return structMessages.Struct.fromJavaScript(properties as Parameters<typeof structMessages.Struct.fromJavaScript>[0]);
}

/** Nothing is foreseen while inputs aren't known. */
function foreseen(
  request: InstanceType<typeof providerMessages.UpdateRequest>,
  handler: Handler,
): Record<string, unknown> {
  const news = read(request.getNews());
  if (handler.foresee === undefined || news.unknowns.size > 0) return {};
  return handler.foresee(read(request.getOlds()).properties, news.properties);
}

function nonEmpty({ properties }: Unwrapped): Record<string, unknown> | undefined {
  return Object.keys(properties).length === 0 ? undefined : properties;
}

function knownPart({ properties, unknowns }: Unwrapped): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !unknowns.has(name)));
}

function unknownDifference({ unknowns }: Unwrapped): Difference {
  return { changes: [...unknowns].map((path) => ({ path, kind: "update", input: true })), notes: [] };
}

function differenceMessage({ changes }: Difference): InstanceType<typeof providerMessages.DiffResponse> {
  const response = new providerMessages.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = providerMessages.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setHasdetaileddiff(changes.length > 0);
  // A node owns its port and its data directory, so the old one has to go before a new one can come.
  response.setDeletebeforereplace(true);
  for (const change of changes) {
    const property = new providerMessages.PropertyDiff();
    property.setKind(kindOf(change));
    property.setInputdiff(change.input);
    response.getDetaileddiffMap().set(change.path, property);
    response.addDiffs(topLevelName(change.path));
    if (change.kind === "replace") response.addReplaces(topLevelName(change.path));
  }
  return response;
}

function topLevelName(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function kindOf({ kind }: PropertyChange) {
  const kinds = providerMessages.PropertyDiff.Kind;
  if (kind === "add") return kinds.ADD;
  if (kind === "delete") return kinds.DELETE;
  return kind === "replace" ? kinds.UPDATE_REPLACE : kinds.UPDATE;
}
