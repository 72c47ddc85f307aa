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
  let done = program == 0 ? 0 : goOn(program, scratch);
  for (let look = 0; look < LOOKS; look++) {
    if (atomic.load<i32>(Control.helpers) <= worker) break;
    if (atomic.load<i32>(Control.unclaimed) <= 0) {
      if (atomic.load<usize>(Control.step) == 0) break;
      continue;
    }
    const unclaimed = atomic.sub<i32>(Control.unclaimed, 1);
    if (unclaimed <= 0) continue;
    hearOfGrowth();
    const step = atomic.load<usize>(Control.step);
    // In their order: memory is fetched ahead upwards.
    run(step, changetype<StepWords>(step).tasks - unclaimed, scratch);
    done++;
    if (isLast()) done += goOn(step + offsetof<StepWords>(), scratch);
    look = 0;
  }
  return done;
}

/**
 * Another thread may have made memory larger since. The engine tells this one at the head of a loop; until then
 * memory.fill and memory.copy would trap on what is new.
 */
function hearOfGrowth(): void {
  for (let look = 0; look < LOOKS && memory.size() < atomic.load<i32>(Control.pages); look++) {}
}

/** After a trap in `walk`: ends the program as soon as no task of the step is left. */
export function fail(): void {
  atomic.store<usize>(Control.failed, atomic.load<usize>(Control.step));
  // The task of a step of one is not counted.
  if (atomic.load<i32>(Control.unfinished) == 0 || isLast()) end();
}

function run(step: usize, task: i32, scratch: usize): void {
  const words = changetype<StepWords>(step);
  call_indirect<void>(words.kernel, task, words.words, scratch);
}

/** Counts a task as finished; says whether it was the last one of its step. */
function isLast(): bool {
  return atomic.sub<i32>(Control.unfinished, 1) == 1;
}

/**
 * Goes on at a step, all before it being done: past those of one task, which it does itself, to the next
 * that others can take part in. Returns how many tasks it did.
 */
function goOn(step: usize, scratch: usize): i32 {
  let done = 0;
  for (; atomic.load<usize>(Control.failed) == 0; step += offsetof<StepWords>()) {
    const tasks = changetype<StepWords>(step).tasks;
    if (tasks < 0) break;
    if (tasks == 0) continue;
    atomic.store<usize>(Control.step, step);
    if (tasks > 1) {
      atomic.store<i32>(Control.unfinished, tasks);
      atomic.store<i32>(Control.unclaimed, tasks);
      tell();
      return done;
    }
    run(step, 0, scratch);
    done++;
  }
  end();
  return done;
}

/** Ends the program. From then on the caller may begin another one: no other word of it is written. */
function end(): void {
  atomic.store<usize>(Control.step, 0);
  if (atomic.load<i32>(Control.dozing) != 0) tell();
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
