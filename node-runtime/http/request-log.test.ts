import assert from "node:assert/strict";
import { test } from "node:test";
import fastify, { LogController } from "fastify";
import { recordingLog } from "../node/test-support.ts";
import { requestLog } from "./request-log.ts";

test("lines of a request and of its children carry its id, those below the level are not written", async (t) => {
  const { log, records } = recordingLog("info");
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => "request-1",
    childLoggerFactory: requestLog,
  });
  t.after(() => app.close());
  app.get("/", (request) => {
    request.log.debug("not written");
    request.log.info({ field: 1 }, "a line");
    request.log.child({ part: "inside" }).warn("a line of a part");
    return {};
  });
  await app.inject("/");
  const written = records.map(({ msg, reqId, field, part, level }) => ({ msg, reqId, field, part, level }));
  assert.deepEqual(written, [
    { msg: "a line", reqId: "request-1", field: 1, part: undefined, level: 30 },
    { msg: "a line of a part", reqId: "request-1", field: undefined, part: "inside", level: 40 },
  ]);
});
