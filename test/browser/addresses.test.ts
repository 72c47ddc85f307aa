/** Addresses and signals are refused at once, before the network is asked. */
import { afterEach, expect, it, vi } from "vitest";
import { ArgumentError } from "cifar-kit";
import { httpSource, loadPretrained } from "cifar-kit/browser";

const fetched = vi.fn();
afterEach(() => {
  vi.unstubAllGlobals();
  expect(fetched).not.toHaveBeenCalled();
});

it.each([undefined, null, 5, Symbol("s"), "http://[", "cifar10.safetensors"])(
  "loadPretrained refuses the address %s where there is no page to start from",
  async (url) => {
    vi.stubGlobal("fetch", fetched);
    const loading = loadPretrained(url as string);
    await expect(loading).rejects.toBeInstanceOf(ArgumentError);
    await expect(loading).rejects.toThrow(
      /url to be an address, got .*; pass e\.g\. "https:\/\/example\.org\/cifar10\.safetensors"\.$/,
    );
  },
);

it("a signal has to be one", async () => {
  vi.stubGlobal("fetch", fetched);
  const options = { signal: null as never };
  await expect(loadPretrained("https://example.org/x", options)).rejects.toThrow(
    /loadPretrained: expected signal to be an AbortSignal, got null/,
  );
  expect(() => httpSource({ baseUrl: "https://example.org", ...options })).toThrow(
    /httpSource: expected signal to be an AbortSignal, got null/,
  );
});

it("a relative address starts from the page's, in front of its search", async () => {
  vi.stubGlobal("location", { href: "https://example.org/page/?a=1" });
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(new Response("", { status: 404 }));
  });
  const source = httpSource({ baseUrl: "data", cache: false });
  await expect(source.read("test_batch.bin")).rejects.toThrow(/HTTP status 404/);
  expect(asked).toEqual(["https://example.org/page/data/test_batch.bin"]);
});
