/** The Worker of the test page. */
import { serveTrainer } from "cifar-kit/browser";
import { BACKENDS } from "../backends.ts";

// Contexts that can be lost at will.
const contexts: WebGL2RenderingContext[] = [];
OffscreenCanvas.prototype.getContext = new Proxy(
  Object.getOwnPropertyDescriptor(OffscreenCanvas.prototype, "getContext")!.value as () => unknown,
  {
    apply(getContext, canvas, args) {
      const context: unknown = Reflect.apply(getContext, canvas, args);
      if (context instanceof WebGL2RenderingContext) contexts.push(context);
      return context;
    },
  },
) as typeof OffscreenCanvas.prototype.getContext;
addEventListener("message", ({ data }) => {
  if (data !== "lose the context") return;
  for (const context of contexts) context.getExtension("WEBGL_lose_context")?.loseContext();
});

serveTrainer({ backends: BACKENDS });
