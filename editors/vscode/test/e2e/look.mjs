// Uses VS Code as a person does, by mouse and keyboard, and looks at what it
// shows; the pictures of the documentation are taken on the way.
import { mkdir } from "node:fs/promises";
import path from "node:path";

// A watchdog for each step, not a measure.
const timeout = 100_000;

/** Opens the project and looks at a finding, a hover and a completion. */
export async function lookAt(page, url, folder) {
  page.setDefaultTimeout(timeout);
  const picture = async (name) => {
    if (folder) {
      await mkdir(folder, { recursive: true });
      // without the title bar, which tells of the test
      await page.screenshot({ path: path.join(folder, `vscode-${name}.png`), animations: "disabled", clip: { x: 0, y: 30, width: 1160, height: 730 } });
    }
  };
  await page.goto(url);
  await page.getByRole("treeitem", { name: "order.flo" }).dblclick();
  await closeOtherEditors(page);
  await page.locator(".squiggly-warning").first().waitFor();
  await runCommand(page, "Notifications: Clear All Notifications");
  await runCommand(page, "Problems: Focus on Problems View");
  await page.locator(".markers-panel").getByText("FLO0301").first().waitFor();

  await hover(page, "tsak");
  await see(page, ".monaco-hover", /"tsak" is known/);
  await picture("diagnostics");
  await runCommand(page, "View: Toggle Panel Visibility");
  await runCommand(page, "Go to Line/Column...", "1:1");

  await hover(page, "concurrence");
  await see(page, ".monaco-hover", /Runs its children|concurrence/);
  await picture("hover");

  await page.keyboard.press("Escape");
  await runCommand(page, "View: Toggle Primary Side Bar Visibility");
  await runCommand(page, "Go to Line/Column...", "7:1");
  await page.keyboard.type("con");
  await page.keyboard.press("Control+Space");
  await see(page, ".suggest-widget.visible .monaco-list-row", /concurrence/);
  await page.keyboard.press("Control+Space"); // the documentation beside it
  await see(page, ".suggest-details-container", /concurrence/);
  await picture("completion");
  console.log("seen: a finding, a hover, a completion");
}

async function closeOtherEditors(page) {
  await page.getByRole("tab", { name: "order.flo" }).waitFor();
  await runCommand(page, "View: Close Other Editors in Group");
}

/** Runs a command of the palette, and gives what it asks for. */
async function runCommand(page, name, input) {
  await page.keyboard.press("F1");
  const box = page.locator(".quick-input-widget .quick-input-box input");
  await box.fill(`>${name}`);
  await page.locator(".quick-input-list .monaco-list-row").getByText(name, { exact: true }).first().waitFor();
  await page.keyboard.press("Enter");
  if (input) {
    await box.fill(`:${input}`);
    await page.keyboard.press("Enter");
  }
  await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
}

/** Rests the mouse on a word of the text. */
async function hover(page, word) {
  await page.mouse.move(1, 1);
  await page.locator(".view-lines span > span", { hasText: new RegExp(`^\\s*${word}\\s*$`) }).first().hover();
}

async function see(page, selector, text) {
  await page.locator(selector).filter({ hasText: text }).first().waitFor();
}
