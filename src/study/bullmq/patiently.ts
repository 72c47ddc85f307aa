import { setTimeout as sleep } from "node:timers/promises";
import { warn } from "../../runtime/warn.ts";
import { errorCode } from "../../node/file-errors.ts";
import { messageOf } from "../../text/describe.ts";
import type { Address } from "./address.ts";

/** Between two attempts: first, and at most. */
const [FIRST_MS, LONGEST_MS] = [50, 2_000];
/** When to say that the server is away; then again each time as much later. */
const SILENT_MS = 5_000;
/** The longest that the server may take to answer. */
const ANSWER_MS = 15_000;

/** Errors of sockets, of DNS, and of PostgreSQL while it starts or ends (classes 08 and 57),
 * and while it has too many clients. */
const CODES = /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN|NOTFOUND)\w*|08\w{3}|57P0[123]|53300)$/;
const MESSAGES =
  /connection (is closed|terminated|timeout|ended)|timeout exceeded when|query read timeout|socket timeout|socket closed|max retries|not writeable|^(LOADING|MASTERDOWN|BUSY|READONLY|UNBLOCKED) |client has encountered a connection error|not queryable|failed to (connect|reconnect)/i;

/** Whether an error says that the server is away for now, rather than that something is wrong. */
export function isAway(error: unknown): boolean {
  return CODES.test(errorCode(error)) || MESSAGES.test(messageOf(error));
}

/**
 * Does something with a server, again and again while that is away: restarted, say, or behind a broken network. It
 * may be done twice, if only the answer was lost.
 * @param signal ends the patience: then the last error is thrown.
 * @throws what does not mean that the server is away.
 */
export async function patiently<T>(
  address: Address,
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const since = performance.now();
  let said = SILENT_MS;
  for (let wait = FIRST_MS; ; wait = Math.min(2 * wait, LONGEST_MS)) {
    try {
      return await within(signal?.aborted ? SILENT_MS : ANSWER_MS, action);
    } catch (error) {
      if (!isAway(error) || signal?.aborted) throw error;
      if (performance.now() - since > said) {
        said *= 2;
        const reason = address.withoutSecrets(messageOf(error));
        warn(`no connection to ${address.shown}, trying again: ${reason}`);
      }
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
}

/** Does something that may never come back, as on a connection that is. */
export async function within<T>(ms: number, action: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`connection timeout: no answer for ${ms / 1000} seconds`));
    }, ms);
  });
  const done = action();
  // Nobody may be there any more to hear of it.
  done.catch(() => undefined);
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
