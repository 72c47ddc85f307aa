/** Servers and a browser for tests that need several tabs, other headers or other servers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { build, type Connect, preview, type PreviewServer } from "vite";
import { CHROMIUM, ISOLATION } from "../../vite.shared.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The browser. */
export function launch(): Promise<Browser> {
  return chromium.launch(CHROMIUM);
}

/** A built site, and where it is served. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** How a site is served. */
export interface SiteOptions {
  /** Whether with the headers that let threads share memory; default true. */
  readonly isolated?: boolean;
  /** Answers before the site's files do. */
  readonly answer?: Connect.NextHandleFunction;
}

/** Builds a site, once; serve it as often as you like. */
export async function buildSite(name: "pages" | "demo"): Promise<{
  readonly folder: string;
  serve(options?: SiteOptions): Promise<Site>;
  remove(): void;
}> {
  const folder = mkdtempSync(join(tmpdir(), `cifar-kit-${name}-`));
  const source = (path: string): string => at(`../../src/${path}`);
  const own = {
    configFile: false,
    root: at("./pages"),
    base: "./",
    resolve: {
      alias: [
        { find: /^cifar-kit$/, replacement: source("index.ts") },
        { find: /^cifar-kit\/(metrics|plots|browser|simd)$/, replacement: source("$1/index.ts") },
      ],
    },
    worker: { format: "es" },
  } as const;
  const config =
    name === "pages" ? own : { configFile: at("../../examples/browser/vite.config.ts") };
  await build({
    ...config,
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, target: "es2022" },
  });
  return {
    folder,
    async serve({ isolated = true, answer }: SiteOptions = {}) {
      const server: PreviewServer = await preview({
        configFile: false,
        root: folder,
        logLevel: "error",
        build: { outDir: folder },
        preview: { port: 0, host: "localhost", headers: isolated ? ISOLATION : {} },
        plugins: answer
          ? [{ name: "answers", configurePreviewServer: (s) => void s.middlewares.use(answer) }]
          : [],
      });
      return { url: server.resolvedUrls!.local[0], close: () => server.close() };
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A tab, and everything that it complained about. */
export interface Tab {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens an address in a new tab and listens to its console. */
export async function openTab(context: BrowserContext, url: string): Promise<Tab> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}
