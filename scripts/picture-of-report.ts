// Takes the picture of a report that docs/how-to/from-a-folder-to-a-model.md shows.
//
//   npx tsx scripts/picture-of-report.ts pictures-model/report.html docs/images/report.png

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";

const [page = "pictures-model/report.html", picture = "docs/images/report.png"] =
  process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROME_BIN ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const tab = await browser.newPage({ viewport: { width: 800, height: 1130 } });
await tab.goto(pathToFileURL(resolve(page)).href);
await tab.screenshot({ path: picture });
await browser.close();
