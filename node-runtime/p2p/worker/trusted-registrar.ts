/**
 * Keeps libp2p's own services (gossipsub, the DHT) from peers that are not trusted: they hear of a peer, and get its
 * streams, only once it is. libp2p's middleware would be the place for it, but 3.3 appends each inbound handler to the
 * middleware list itself, so that from the second stream on handlers run twice, and for outbound streams too.
 */
import type { Connection, Stream, StreamHandler, Topology } from "@libp2p/interface";
import type { GossipSubComponents } from "@libp2p/gossipsub";
import type { Trust } from "./trust.ts";

type Registrar = GossipSubComponents["registrar"];

/** Makes a service that only sees trusted peers. */
export function forTrusted<Components extends { registrar: Registrar }, Service>(
  trust: Trust,
  make: (components: Components) => Service,
): (components: Components) => Service {
  return (components) => {
    const registrar = trustedRegistrar(components.registrar, trust);
    return make(
      new Proxy(components, {
        get: (target, name): unknown => (name === "registrar" ? registrar : Reflect.get(target, name)),
      }),
    );
  };
}

/** A handler that begins once the peer is trusted, and ends the stream if it never is. */
export function handlerForTrusted(trust: Trust, handler: StreamHandler): StreamHandler {
  return async (stream: Stream, connection: Connection): Promise<void> => {
    try {
      await trust.whenTrusted(connection.remotePeer.toString());
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    await handler(stream, connection);
  };
}

function trustedRegistrar(registrar: Registrar, trust: Trust): Registrar {
  const replaced: Pick<Registrar, "handle" | "register"> = {
    handle: (protocol, handler, options) => registrar.handle(protocol, handlerForTrusted(trust, handler), options),
    register: (protocol, topology) => registrar.register(protocol, topologyOfTrusted(topology, trust)),
  };
  return new Proxy(registrar, {
    get: (target, name): unknown => {
      if (name === "handle" || name === "register") return replaced[name];
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function topologyOfTrusted(topology: Topology, trust: Trust): Topology {
  return {
    ...topology,
    onConnect: (peer, connection) => {
      void (async () => {
        await trust.whenTrusted(peer.toString());
        if (connection.status === "open") await topology.onConnect?.(peer, connection);
        // It went away, or did not prove itself: then the service never hears of it.
      })().catch(() => undefined);
    },
  };
}
