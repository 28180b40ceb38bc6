/** Hears from nginx what was answered: syslog over UDP on the loopback address, so that counting never holds up a request. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readRequestLine, type AnsweredRequest } from "./request-line.ts";

/** Room for what comes while the balancer is busy; the system may give less. */
const bufferBytes = 4 * 1024 * 1024;

/** @returns what ends it */
export async function listenForRequests(
  port: number,
  onRequest: (request: AnsweredRequest) => void,
): Promise<() => Promise<void>> {
  const socket = createSocket("udp4");
  socket.on("message", (message) => {
    const request = readRequestLine(message.toString("latin1"));
    if (request !== undefined) onRequest(request);
  });
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  socket.setRecvBufferSize(bufferBytes);
  return async () => {
    socket.close();
    await once(socket, "close");
  };
}
