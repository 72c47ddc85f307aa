/** An engine without processes: trials run here, and the study lies in memory. */
import type { Engine, EpochReport, Journal, OpenEngine, Outcome, Work } from "cifar-kit/study";
import { runTrial } from "../../src/study/run-trial.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";

type Json = Awaited<ReturnType<Journal["read"]>>[number];

/** What a study leaves behind. */
export class Memory implements Engine {
  readonly operations: Json[] = [];
  readonly stores = new Map<number, MemoryStore>();
  /** The trials' numbers, in the order in which they were run or went on. */
  readonly runs: number[] = [];
  readonly reports: (EpochReport & { readonly number: number })[] = [];
  readonly workers: number;
  /** What happens instead of a run: how an engine would tell of it. */
  instead: (work: Work) => Outcome | undefined = () => undefined;

  constructor(workers = 1) {
    this.workers = workers;
  }

  open(): Promise<OpenEngine> {
    let read = 0;
    const journal: Journal = {
      location: "memory",
      read: () => Promise.resolve(this.operations.slice(read, (read = this.operations.length))),
      append: (operations) => {
        // As a file would give them back.
        this.operations.push(...(JSON.parse(JSON.stringify(operations)) as Json[]));
        return Promise.resolve();
      },
    };
    return Promise.resolve({
      journal,
      workers: this.workers,
      run: async (work, listener, signal) => {
        this.runs.push(work.number);
        const store = this.stores.get(work.id) ?? new MemoryStore();
        this.stores.set(work.id, store);
        return (
          this.instead(work) ??
          (await runTrial(work, {
            store,
            signal,
            listener: (report) => {
              this.reports.push({ ...report, number: work.number });
              return listener(report);
            },
          }))
        );
      },
      close: () => Promise.resolve(),
    });
  }
}

/** The URL of a trial in `trials/`. */
export const trialUrl = (name: string): URL => new URL(`./trials/${name}.ts`, import.meta.url);
