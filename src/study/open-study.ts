import { check } from "../checks.ts";
import type { JsonObject, JsonValue } from "../text/json.ts";
import { listed } from "../text/listed.ts";
import { areCompatible } from "./journal/distribution.ts";
import type { Direction } from "./journal/operation.ts";
import type { JournalStudy } from "./journal/replay.ts";
import type { Dimensions } from "./space/space.ts";
import type { StudyRecord } from "./study-record.ts";
import { ATTR } from "./trial-record.ts";

const SUBJECT = "runStudy";
/** What a study is called that nobody has given a name. */
const DEFAULT_NAME = "study";
const REMEDY = "pass what the study was begun with, or choose another folder for a new one";

/** What has to be the same whenever a study goes on. */
export interface StudyManifest {
  readonly name: string | undefined;
  readonly direction: Direction;
  readonly space: Dimensions;
  /** The rest of it, as JSON: seed, sampler, pruner. */
  readonly settings: JsonObject;
}

/**
 * Begins the study in its journal, or goes on with it: also with one that Python has begun, if its trials fit.
 * @throws {ArgumentError} if what is there is another study.
 */
export async function openStudy(record: StudyRecord, manifest: StudyManifest): Promise<void> {
  const { name, direction, space, settings } = manifest;
  const studies = await record.studies();
  const study =
    pick(record.location, studies, name) ?? (await record.create(name ?? DEFAULT_NAME, direction));
  record.use(study);
  const given = study.directions.map((one) => one ?? "none").join(", ");
  compare(record, "direction", given, direction);
  const wanted = {
    ...settings,
    space: Object.fromEntries(
      space.map(([parameter, { distribution }]) => [parameter, { ...distribution }]),
    ),
  };
  const saved = study.attrs.get(ATTR.manifest);
  if (saved === undefined) {
    checkTrials(record, study, space);
    await record.setManifest(wanted);
  } else {
    compare(record, "", saved, wanted);
  }
}

/** The study of this name; without a name the only one. */
function pick(
  location: string,
  studies: readonly JournalStudy[],
  name: string | undefined,
): JournalStudy | undefined {
  if (name !== undefined) return studies.find((study) => study.name === name);
  check(
    studies.length <= 1,
    SUBJECT,
    `a single study in ${location}`,
    listed(
      studies.map((study) => study.name),
      5,
    ),
    "say which one with the option name",
  );
  return studies[0];
}

/** Throws for the first difference between what a study was begun with and what it is to go on with. */
function compare(
  record: StudyRecord,
  field: string,
  saved: JsonValue | undefined,
  wanted: JsonValue | undefined,
): void {
  if (isFields(saved) && isFields(wanted)) {
    for (const key of new Set([...Object.keys(saved), ...Object.keys(wanted)])) {
      const [one, other] = [saved, wanted].map((fields) =>
        Object.hasOwn(fields, key) ? fields[key] : undefined,
      );
      compare(record, field ? `${field}.${key}` : key, one, other);
    }
    return;
  }
  check(
    JSON.stringify(saved) === JSON.stringify(wanted),
    SUBJECT,
    `${field} to be ${JSON.stringify(saved) ?? "left out"}, as in ${record.location}`,
    JSON.stringify(wanted) ?? "none",
    REMEDY,
  );
}

const isFields = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Throws unless trials of another program have the parameters of the space, of the same kinds. */
function checkTrials(record: StudyRecord, study: JournalStudy, space: Dimensions): void {
  for (const { number, distributions } of record.journalTrials(study)) {
    for (const [name, distribution] of distributions) {
      const own = space.find(([parameter]) => parameter === name)?.[1].distribution;
      check(
        own !== undefined && areCompatible(own, distribution),
        SUBJECT,
        `space to have ${name} as ${JSON.stringify(distribution)}, as in trial ${number} of ${record.location}`,
        own ? JSON.stringify(own) : "none",
        REMEDY,
      );
    }
  }
}
