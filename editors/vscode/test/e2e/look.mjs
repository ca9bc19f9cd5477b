export async function lookAt(page, url, folder) {
  await page.goto(url);
  await page.waitForSelector(".monaco-workbench .explorer-folders-view .monaco-list-row");
  if (folder) await page.screenshot({ path: `${folder}/first.png` });
}
