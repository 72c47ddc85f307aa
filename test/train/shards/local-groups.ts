/** Groups whose processes are promises of one process: what a run makes of a group needs no others. */
import type { Group } from "cifar-kit";

/** What one asks for, and how it is answered. */
interface Call {
  readonly how: "gather" | "exchange" | "broadcast";
  readonly bytes: Uint8Array;
  readonly answer: (bytes: Uint8Array) => void;
  readonly refuse: (error: Error) => void;
}

/** The groups of so many, by their ranks. */
export function localGroups(size: number): Group[] {
  let waiting: Call[] = [];
  let count = 0;
  const ask = (rank: number, how: Call["how"], bytes: Uint8Array): Promise<Uint8Array> =>
    new Promise((answer, refuse) => {
      // A copy: as from another machine.
      waiting[rank] = { how, bytes: Uint8Array.from(bytes), answer, refuse };
      if (++count < size) return;
      const calls = waiting;
      waiting = [];
      count = 0;
      for (const [to, call] of calls.entries()) {
        try {
          call.answer(answerTo(calls, to));
        } catch (error) {
          call.refuse(error as Error);
        }
      }
    });
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    gather: (mine) => ask(rank, "gather", mine),
    exchange: (parts) => ask(rank, "exchange", parts),
    broadcast: async (bytes) => {
      bytes.set(await ask(rank, "broadcast", bytes));
    },
  }));
}

/** What one gets when all have asked. */
function answerTo(calls: readonly Call[], rank: number): Uint8Array {
  const { how, bytes } = calls[0];
  if (calls.some((call) => call.how !== how || call.bytes.length !== bytes.length)) {
    throw new Error(
      `calls that do not belong together: ${calls.map((call) => `${call.how} ${call.bytes.length}`).join()}`,
    );
  }
  if (how === "broadcast") return bytes.slice();
  const part = bytes.length / calls.length;
  const [from, to] = how === "gather" ? [0, bytes.length] : [rank * part, (rank + 1) * part];
  return Uint8Array.from(calls.flatMap((call) => [...call.bytes.subarray(from, to)]));
}
