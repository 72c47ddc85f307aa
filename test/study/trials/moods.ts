/** A trial that ends as its parameter says. */
import { defineTrial } from "cifar-kit/study";

export default defineTrial<{ mood: string }>(async ({ params: { mood }, number, signal }) => {
  if (mood === "NaN") return NaN;
  if (mood === "nothing") return undefined;
  if (mood === "text") return "0.5" as never;
  if (mood === "throws") throw new Error("out of colours\nand more");
  if (mood === "exits") process.exit(3);
  if (mood === "rejects late") {
    void Promise.reject(new Error("nobody awaits this"));
    await new Promise(() => undefined);
  }
  if (mood === "waits") {
    await new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        reject(signal.reason as Error);
      });
    });
  }
  return number;
});
