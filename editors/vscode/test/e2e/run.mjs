// Opens a project in real VS Code, in Chromium, and runs suite.ts in there:
// once with the browser's entry of the extension, once with the desktop's.
//
//	node test/e2e/run.mjs [browser] [desktop] [look] [--screenshots FOLDER]
//
// FLORC names the florc to test, CHROMIUM the browser; TRACE=1 tells more.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { browserHost, desktopHost } from "./hosts.mjs";
import { lookAt } from "./look.mjs";

const { values, positionals } = parseArgs({ options: { screenshots: { type: "string" } }, allowPositionals: true });
const hosts = { browser: browserHost, desktop: desktopHost };
// A watchdog, not a measure: a healthy run takes a fraction of it.
const limitMs = 280_000;

const temporary = await mkdtemp(path.join(tmpdir(), "flor-vscode-"));
const stops = [];
const watchdog = setTimeout(() => {
  console.error(`not done after ${limitMs / 1000} s, what was next has hung`);
  stops.forEach((stop) => stop());
  process.exit(1);
}, limitMs);
try {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  stops.push(() => browser.close());
  const chosen = positionals.length > 0 ? positionals : [...Object.keys(hosts), "look"];
  for (const name of chosen.filter((name) => name !== "look")) {
    console.log(`-- VS Code, the extension's entry for the ${name}`);
    await inHost(hosts[name], true, (page, url) => runSuite(page, url));
  }
  if (chosen.includes("look")) {
    console.log("-- VS Code, as a user sees it");
    await inHost(browserHost, false, (page, url) => lookAt(page, url, values.screenshots && path.resolve(values.screenshots)));
  }

  /** Serves a copy of the project, and hands a page to what uses it. */
  async function inHost(start, suite, use) {
    const folder = await mkdtemp(path.join(temporary, "project-"));
    await cp(path.join(import.meta.dirname, "../project"), folder, { recursive: true });
    const host = await start(folder, { suite, data: await mkdtemp(path.join(temporary, "data-")) });
    stops.push(host.stop);
    const page = await browser.newPage({ viewport: { width: 1160, height: 760 } });
    if (process.env.TRACE) {
      page.on("console", (message) => console.log(`[page] ${message.text()}`));
    }
    try {
      await use(page, host.url);
    } catch (error) {
      const shot = path.join(tmpdir(), "flor-vscode-failed.png");
      await page.screenshot({ path: shot });
      console.error(`what VS Code showed then: ${shot}`);
      throw error;
    } finally {
      await page.close();
      host.stop();
    }
  }
} finally {
  await Promise.all(stops.map((stop) => stop()));
  await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  clearTimeout(watchdog);
}

/** Runs the suite, which reports by two functions that VS Code calls. */
async function runSuite(page, url) {
  let exit;
  const exited = new Promise((resolve) => (exit = resolve));
  await page.exposeFunction("codeAutomationLog", (type, args) => {
    if (String(args[0]).startsWith("suite: ")) {
      console.log(...args);
    }
  });
  await page.exposeFunction("codeAutomationExit", exit);
  await page.goto(url);
  if ((await exited) !== 0) {
    throw new Error("the suite failed");
  }
}
