import type { Queue } from "bullmq";
import { SourceError } from "../../errors.ts";
import type { Server } from "./server.ts";

/** Who works on a queue. */
export interface Claimant {
  readonly study: string;
  /** Where its journal is, for messages. */
  readonly place: string;
}

const ID = "study";

/**
 * A queue as that of one study. The claim is a job in a queue of its own beside it, which nobody works on: of
 * several that add a job under one name, one does. It stays while there are trials to run, also if the program is
 * killed, and is that program's again when it comes back.
 */
export class StudyClaim {
  readonly #jobs: Queue;

  private constructor(jobs: Queue) {
    this.#jobs = jobs;
  }

  /** @throws {SourceError} if another study has the queue. */
  static async take(
    subject: string,
    server: Server,
    queue: string,
    claimant: Claimant,
  ): Promise<StudyClaim> {
    const jobs = server.queue(`${queue}-study`);
    // A lost connection is told by what fails.
    jobs.on("error", () => undefined);
    try {
      await jobs.add(ID, claimant, { jobId: ID });
      const holder = ((await jobs.getJob(ID))?.data ?? claimant) as Claimant;
      if (holder.study !== claimant.study) {
        throw new SourceError({
          subject,
          expected: `the queue ${JSON.stringify(queue)} for this study alone`,
          got: `that of the study in ${holder.place}`,
          remedy:
            "wait until that one is over, or choose another queue for this one and its workers",
        });
      }
      return new StudyClaim(jobs);
    } catch (error) {
      await jobs.close();
      throw error;
    }
  }

  /** @param isOver whether there is nothing more to run. */
  async release(isOver: boolean): Promise<void> {
    if (isOver) await this.#jobs.remove(ID);
    await this.#jobs.close();
  }

  /** Leaves the claim as it is, without a word to a server that is away. */
  async leave(): Promise<void> {
    await this.#jobs.disconnect();
  }
}
