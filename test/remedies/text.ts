import * as kit from "cifar-kit";
import type { Trials, Untried } from "./trial.ts";
import { withCallback } from "./train/runs.ts";

export const trials: Trials = {
  "correct the field, or see that the value is logged": [
    () => withCallback(kit.modelCheckpoint({ filepath: "{auc}", save: () => undefined })),
    () => withCallback(kit.modelCheckpoint({ filepath: "{loss}", save: () => undefined })),
  ],
  "use d for whole numbers, f, e, g or % for others, of at most 255 characters and 80 digits; write {{ for a brace":
    [
      () => kit.modelCheckpoint({ filepath: "{loss:x}" }),
      () =>
        ["{epoch:d}", "{loss:f}", "{loss:e}", "{loss:g}", "{loss:%}", "{{", "{loss:255.80f}"].map(
          (filepath) => kit.modelCheckpoint({ filepath }),
        ),
    ],
  "pass the text of such a file, or write to another one": [
    () => withCallback(kit.csvLogger(() => undefined, { append: () => "a,b\r\n" })),
    async () => {
      await withCallback(kit.csvLogger(() => undefined, { append: () => "epoch,loss\r\n" }));
      await withCallback(kit.csvLogger(() => undefined, { append: () => "" }));
    },
  ],
};

export const untried: Untried = {};
