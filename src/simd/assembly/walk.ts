// How threads do the steps of a program together (schema/control.ts, schema/program.ts).
//
// Tasks are claimed, not assigned: whoever is free takes the next one. Who finishes the last task of a
// step opens the next step, so no thread waits for a certain other one, and none has to be woken for it.
//
// All about a step is read after a claim. If the claim succeeds, the task is one of the step that runs at
// that moment, which cannot end before this task is finished, whatever happened since the number of
// unclaimed tasks was read.
import { CheckRangeWords, Control, LOOKS, StepWords } from "./words.generated";

/**
 * Does tasks, from the first step of `program` on if that is not 0, and returns how many it did: when
 * nothing runs any more, when this worker (the caller: -1) shall not help, or when there was nothing to
 * claim for some time.
 */
export function walk(program: usize, worker: i32, scratch: usize): i32 {
  let done = 0;
  if (program != 0) {
    // As if the last task of a step before the first were about to be finished.
    atomic.store<usize>(Control.step, program - offsetof<StepWords>());
    atomic.store<i32>(Control.unfinished, 1);
    done = finish(scratch);
  }
  for (let look = 0; look < LOOKS; look++) {
    if (atomic.load<i32>(Control.helpers) <= worker) break;
    if (atomic.load<i32>(Control.unclaimed) <= 0) {
      if (atomic.load<usize>(Control.step) == 0) break;
      continue;
    }
    const task = atomic.sub<i32>(Control.unclaimed, 1) - 1;
    if (task < 0) continue;
    run(task, scratch);
    done += 1 + finish(scratch);
    look = 0;
  }
  return done;
}

/** After a trap in `walk`: counts the task as finished. With its step the program ends. */
export function fail(scratch: usize): void {
  atomic.store<usize>(Control.failed, atomic.load<usize>(Control.step));
  finish(scratch);
}

function run(task: i32, scratch: usize): void {
  const step = changetype<StepWords>(atomic.load<usize>(Control.step));
  call_indirect<void>(step.kernel, task, step.words, scratch);
}

/**
 * Counts a task as finished. After the last one of a step it goes on to the next, past those of one task,
 * which it does itself; returns how many that were.
 */
function finish(scratch: usize): i32 {
  let done = 0;
  while (atomic.sub<i32>(Control.unfinished, 1) == 1) {
    const step = nextStep();
    // From the end on the caller may begin another program: no other word is written.
    atomic.store<usize>(Control.step, step);
    const tasks = step == 0 ? 0 : changetype<StepWords>(step).tasks;
    if (tasks != 0) atomic.store<i32>(Control.unfinished, tasks);
    if (tasks > 1) atomic.store<i32>(Control.unclaimed, tasks);
    if (tasks != 1) {
      tell();
      break;
    }
    run(0, scratch);
    done++;
  }
  return done;
}

/** The address of the step that is next; 0 if there is none. */
function nextStep(): usize {
  if (atomic.load<usize>(Control.failed) != 0) return 0;
  let step = atomic.load<usize>(Control.step);
  let tasks: i32;
  do {
    step += offsetof<StepWords>();
    tasks = changetype<StepWords>(step).tasks;
  } while (tasks == 0);
  return tasks > 0 ? step : 0;
}

/** Wakes who sleeps. */
function tell(): void {
  atomic.add<i32>(Control.turn, 1);
  if (atomic.load<i32>(Control.sleepers) > 0) atomic.notify(Control.turn, -1);
}

/** Traps if an integer is out of range: the host then says which. */
export function check_range_32(task: i32, words: CheckRangeWords, scratch: usize): void {
  for (let i = 0; i < words.length; i++) {
    if (load<u32>(words.x + (<usize>i << 2)) >= <u32>words.limit) unreachable();
  }
}
