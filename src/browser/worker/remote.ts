import { messageOf } from "../../text/describe.ts";
import { ArgumentError } from "../../errors.ts";
import { fromWire, toWire, type WireError } from "./wire-error.ts";

/** What the other side may call, by name. */
type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

type Message =
  | { readonly id: number; readonly call: string; readonly argument: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError };

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A result with parts that are moved instead of copied. */
export class Transferred {
  constructor(
    readonly value: unknown,
    readonly transfer: Transferable[],
  ) {}
}

/** Calls from thread to thread over a message port, in both directions; errors keep their class. */
export class Remote {
  readonly #port: MessagePort;
  readonly #handlers: Handlers;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #closed: Error | undefined;

  constructor(port: MessagePort, handlers: Handlers) {
    this.#port = port;
    this.#handlers = handlers;
    port.onmessage = ({ data }: MessageEvent<Message>) => {
      this.#receive(data);
    };
  }

  /** Has the other side run a handler. */
  call<Result>(
    name: string,
    argument?: unknown,
    transfer: readonly Transferable[] = [],
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(this.#closed);
        return;
      }
      const id = ++this.#lastId;
      try {
        this.#port.postMessage({ id, call: name, argument }, [...transfer]);
      } catch (cause) {
        throw new ArgumentError({
          subject: "createTrainer",
          expected: "options that a message can carry to the Worker",
          got: messageOf(cause),
          remedy: "pass plain values",
          cause,
        });
      }
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
    });
  }

  /** Ends all calls, those to come as well, with an error. */
  close(error: Error): void {
    this.#closed = error;
    this.#port.close();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #receive(message: Message): void {
    if ("call" in message) {
      void this.#answer(message.id, message.call, message.argument);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("error" in message) pending?.reject(fromWire(message.error));
    else pending?.resolve(message.result);
  }

  async #answer(id: number, name: string, argument: unknown): Promise<void> {
    try {
      const result = await this.#handlers[name](argument as never);
      if (result instanceof Transferred) {
        this.#port.postMessage({ id, result: result.value }, result.transfer);
      } else {
        this.#port.postMessage({ id, result });
      }
    } catch (error) {
      this.#port.postMessage({ id, error: toWire(error) });
    }
  }
}
