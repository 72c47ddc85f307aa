/** A study: many trials of one thing with different parameters, in the order in which it happens. */
import { StudyProgress } from "./console/study-progress.ts";
import { openStudy } from "./open-study.ts";
import { Schedule } from "./schedule.ts";
import type { ParamsOf, Space } from "./space/space.ts";
import { Study } from "./study.ts";
import { readStudyOptions, type StudyOptions } from "./study-options.ts";
import { StudyRecord } from "./study-record.ts";

/**
 * Searches for the parameters with which a trial gives the best value. The trial is a module's default export, made
 * by `defineTrial`; the engine runs it many times, in other processes, each time with other parameters.
 *
 * Everything stands in a journal, and each trial has checkpoints: whenever this program or a worker is killed, the
 * same call goes on. Trials that had ended stay as they were, and those under way end with the bits of a study that was never
 * interrupted. The parameters and the seed of trial i depend on (space, seed, i) only. More `trials` later go on, too.
 *
 * A trial that fails, by an error or a value that is no finite number, is one of the results, and the study goes on.
 *
 * The journal is Optuna's: Python's `optuna.load_study` and `optuna-dashboard` read it, and a study that Python has begun
 * goes on here.
 * @returns when all trials have ended, or the time is up.
 * @throws {ArgumentError} if an option is unknown or out of its range, what is in the engine's place is another
 *   study, the module cannot be loaded or exports no trial, or trials never say the pruner's metric.
 * @throws {SourceError} if the engine's place cannot be used, or another program has it.
 * @throws {DataError} if the journal is damaged; what was cut off at its end by a kill is no damage.
 * @throws the signal's reason, if it is aborted; what was under way has saved.
 * @example
 * const study = await runStudy({
 *   trial: new URL("./trial.js", import.meta.url),
 *   space: { learningRate: logUniform(1e-4, 1e-2), batchSize: choice([32, 64, 128]) },
 *   direction: "maximize",
 *   trials: 32,
 *   seed: 1,
 *   pruner: asha({ metric: "val_accuracy", rungs: [2, 6, 20] }),
 *   engine: localProcesses({ workers: 2, folder: "runs/sweep" }),
 * });
 * console.log(study.best.params, study.best.value);
 */
export async function runStudy<S extends Space>(
  options: StudyOptions<S>,
): Promise<Study<ParamsOf<S>>> {
  const settings = readStudyOptions("runStudy", options);
  const { name, direction, seed, sampler, pruner, signal } = settings;
  signal?.throwIfAborted();

  // The place, which from here on belongs to this call.
  const engine = await settings.engine.open();
  try {
    // What has been done so far.
    const record = new StudyRecord(engine.journal);
    await openStudy(record, {
      ...{ name, direction, space: settings.space },
      settings: { seed, sampler: sampler.name, pruner: pruner?.toJSON() ?? null },
    });

    // What is left, until the end or the time is up.
    const progress = new StudyProgress(settings.verbose === 0 ? undefined : settings.output);
    const schedule = new Schedule(settings, record, engine, progress);
    const stop = (): void => {
      schedule.stop();
    };
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    const timer = settings.timeLimit && setTimeout(stop, 1000 * settings.timeLimit);
    try {
      await schedule.run();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
    signal?.throwIfAborted();
    return new Study<ParamsOf<S>>(direction, record.trials);
  } finally {
    await engine.close();
  }
}
