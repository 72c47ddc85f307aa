import { backend, getBackend } from "@tensorflow/tfjs-core";
import { BackendError } from "../../errors.ts";
import type {
  CheckpointStore,
  OpenCheckpointStore,
} from "../../train/checkpoint/checkpoint-store.ts";

/** What the backends of TensorFlow.js let see of the device that they compute on. */
interface BackendInternals {
  /** Of webgl. */
  readonly gpgpu?: { readonly gl: WebGL2RenderingContext };
  /** Of webgpu. */
  readonly device?: { readonly lost: Promise<{ readonly message: string }> };
}

/**
 * Tells when the active backend loses its device: the driver was reset, or the browser took it away.
 * TensorFlow.js does not notice: it reads zeros, or waits for ever.
 */
export class DeviceWatch {
  /** Rejects when the device is lost. */
  readonly lost: Promise<never>;
  #error: BackendError | undefined;

  constructor(subject: string) {
    const { gpgpu, device } = backend() as BackendInternals;
    this.lost = new Promise((_, reject) => {
      const onLost = (reason: string): void => {
        this.#error ??= lossError(subject, reason);
        reject(this.#error);
      };
      gpgpu?.gl.canvas.addEventListener("webglcontextlost", () => {
        onLost("the WebGL context was lost");
      });
      void device?.lost.then(({ message }) => {
        onLost(`the WebGPU device was lost: ${message || "no reason given"}`);
      });
      if (gpgpu?.gl.isContextLost()) onLost("the WebGL context was lost");
    });
    // It need not be awaited by anybody.
    this.lost.catch(() => undefined);
  }

  throwIfLost(): void {
    if (this.#error) throw this.#error;
  }

  /**
   * The same store, in which nothing is written once the device is lost: what was read from it then
   * means nothing, and must not take the place of a good checkpoint.
   */
  guard(store: CheckpointStore): CheckpointStore {
    return {
      open: async (): Promise<OpenCheckpointStore> => {
        const opened = await store.open();
        // The run that waits for the device will never close it.
        this.lost.catch(() => opened.close());
        return {
          location: opened.location,
          list: () => opened.list(),
          read: (name) => opened.read(name),
          write: async (name, bytes) => {
            this.throwIfLost();
            await opened.write(name, bytes);
          },
          remove: (name) => opened.remove(name),
          setAside: (name) => opened.setAside(name),
          close: () => opened.close(),
        };
      },
    };
  }
}

function lossError(subject: string, reason: string): BackendError {
  return new BackendError({
    subject,
    expected: `the device of the backend "${getBackend()}" to stay`,
    got: `its end (${reason})`,
    remedy:
      "start a new Worker, perhaps with another backend: a run with checkpoints goes on from the last one",
  });
}
