import { CifarKitError } from "../../errors.ts";
import { InterruptError } from "../../node/interrupt-signal.ts";
import type { Course, Trained } from "./course.ts";

/** Takes a course, and says what to do where it breaks off. */
export async function learn(
  take: (course: Course) => Promise<Trained>,
  course: Course,
): Promise<Trained> {
  const { progress, anew } = course;
  try {
    return await take(course);
  } catch (error) {
    if (error instanceof InterruptError) {
      const how = anew ? ", without --force," : "";
      await progress.write(`\nInterrupted and saved. The same command${how} goes on from here.\n`);
    } else if (error instanceof CifarKitError && error.message.includes('resume: "never"')) {
      await progress.write(
        "\nThe run that was begun is another one. Begin anew with --force, or name another --out.\n",
      );
    }
    throw error;
  }
}
