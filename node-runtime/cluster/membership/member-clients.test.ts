import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ApiProblem } from "../../http/problem.ts";
import type { EtcdAdmin } from "../etcd-admin.ts";
import { MemberClients } from "./member-clients.ts";
import type { Member } from "./members.ts";

const member = (id: string, clientUrls = [`http://127.0.0.1:${id}`]): Member => ({
  id,
  nodeId: `node-${id}`,
  started: clientUrls.length > 0,
  learner: false,
  peerUrls: [],
  clientUrls,
});

/** Clients that only tell whether they are closed. */
function recorder() {
  const opened: { urls: readonly string[]; closed: boolean }[] = [];
  const open = (urls: readonly string[]): EtcdAdmin => {
    const entry = { urls, closed: false };
    opened.push(entry);
    const close = (): void => {
      entry.closed = true;
    };
    return { close } as unknown as EtcdAdmin;
  };
  return { opened, open };
}

test("one client for each member, closed when it has been idle", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => {
    mock.timers.reset();
  });
  const { opened, open } = recorder();
  const clients = new MemberClients({ open, idleMilliseconds: 1_000 });
  const nothing = () => Promise.resolve();
  await clients.use(member("1"), nothing);
  mock.timers.tick(900);
  await clients.use(member("1"), nothing);
  await clients.use(member("2"), nothing);
  mock.timers.tick(900);
  assert.deepEqual(
    opened.map(({ closed }) => closed),
    [false, false],
  );
  mock.timers.tick(200);
  assert.deepEqual(
    opened.map(({ closed }) => closed),
    [true, true],
  );
  assert.equal(clients.size, 0);
});

test("new certificates take new connections, and leave those in use to their end", async () => {
  const { opened, open } = recorder();
  const clients = new MemberClients({ open });
  const going = Promise.withResolvers<undefined>();
  const use = clients.use(member("1"), () => going.promise);
  clients.renew();
  await clients.use(member("1"), () => Promise.resolve());
  assert.deepEqual(
    opened.map(({ closed }) => closed),
    [false, false],
  );
  going.resolve(undefined);
  await use;
  assert.deepEqual(
    opened.map(({ closed }) => closed),
    [true, false],
  );
  clients.close();
  assert.equal(opened[1]?.closed, true);
  await assert.rejects(
    clients.use(member("1"), () => Promise.resolve()),
    ApiProblem,
  );
});

test("a member that has not started can't be asked", async () => {
  const clients = new MemberClients({ open: recorder().open });
  await assert.rejects(
    clients.use(member("1", []), () => Promise.resolve()),
    (error) => error instanceof ApiProblem && error.code === "peer-unreachable" && error.message.includes("node-1"),
  );
});
