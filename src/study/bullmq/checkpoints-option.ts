import { attempt, check, describe, isText } from "../../checks.ts";
import { isPath } from "../../node/path.ts";
import { reader } from "../../options.ts";

/** The word for checkpoints that lie in a database. */
export const IN_DATABASE = "postgres";

/** The option `checkpoints` of a study: what workers are told, so no address, which may hold a password. */
export const placeOption = reader({ optional: true }, (value, subject, name) => {
  checkPlace(value, subject, name, isPath(value));
  return value as string;
});

/** The option `checkpoints` of a worker, which may be the address of a database. */
export const ownPlaceOption = reader({ optional: true }, (value, subject, name) => {
  checkPlace(value, subject, name, isPath(value) || isDatabase(value));
  return value as string;
});

/** Whether a place is the address of a database. */
export function isDatabase(value: unknown): value is string {
  const url = isText(value) ? attempt(() => new URL(value)) : undefined;
  return url !== undefined && /^postgres(ql)?:$/.test(url.protocol);
}

/** No text is shown: it may have a password in it. */
function checkPlace(value: unknown, subject: string, name: string, isRight: boolean): void {
  check(
    isRight,
    subject,
    `${name} to be the path of a folder, or "${IN_DATABASE}"`,
    isText(value) ? "another text" : describe(value),
    isDatabase(value)
      ? "say it to the workers, which may have the address of a database: no job holds it"
      : 'pass e.g. "/shared/sweep"',
  );
}
