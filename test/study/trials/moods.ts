/** A trial that ends as its parameter says. */
import { defineTrial } from "cifar-kit/study";

export default defineTrial<{ mood: string }>(async ({ params: { mood }, number }) => {
  if (mood === "NaN") return NaN;
  if (mood === "nothing") return undefined;
  if (mood === "text") return "0.5" as never;
  if (mood === "throws") throw new Error("out of colours\nand more");
  if (mood === "exits") process.exit(3);
  if (mood === "rejects late") {
    void Promise.reject(new Error("nobody awaits this"));
    await new Promise(() => undefined);
  }
  return number;
});
