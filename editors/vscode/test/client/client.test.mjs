// A language client starts florc lsp and uses every capability that it
// announces. One without an exercise is a failure: nobody would have tried it.
import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { announced, clientCapabilities } from "./capabilities.mjs";
import { exercises } from "./exercises.mjs";
import { Session } from "./session.mjs";

// A watchdog, not a measure.
const timeout = 60_000;
let temporary;

before(async () => (temporary = await mkdtemp(path.join(tmpdir(), "flor-client-"))));
after(() => rm(temporary, { recursive: true, force: true }));

async function start() {
  const folder = path.join(await mkdtemp(path.join(temporary, "s")), "project");
  await cp(path.join(import.meta.dirname, "../project"), folder, { recursive: true });
  return Session.start(folder, clientCapabilities);
}

test("every capability that the server announces", async (t) => {
  const first = await start();
  const paths = announced(first.initialized.capabilities);
  assert.equal(await first.stop(), 0, "the exit status");
  assert.ok(paths.length >= 5, `only ${paths} are announced`);
  assert.match(first.initialized.serverInfo.name, /florc/);
  for (const capability of paths) {
    await t.test(capability, { timeout }, async () => {
      const exercise = exercises[capability];
      assert.ok(exercise, "there is no exercise for it in exercises.mjs");
      const session = await start();
      try {
        await exercise(session);
      } catch (error) {
        session.server.kill();
        throw error;
      }
      assert.equal(await session.stop(), 0, "the exit status");
    });
  }
});
