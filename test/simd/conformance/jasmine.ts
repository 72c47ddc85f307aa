/**
 * The part of Jasmine that tfjs-core's own test-suite uses, as globals: enough to run it unchanged,
 * and to count what passes, fails and is left out.
 */
import { isDeepStrictEqual } from "node:util";

type Body = (done?: Done) => unknown;
type Done = (() => void) & { fail: (reason?: unknown) => void };

interface Spec {
  readonly name: string;
  readonly body: Body;
}

interface Suite {
  readonly name: string;
  readonly parent: Suite | null;
  readonly children: (Suite | Spec)[];
  readonly hooks: Record<"beforeAll" | "beforeEach" | "afterEach" | "afterAll", Body[]>;
}

export interface Outcome {
  readonly name: string;
  readonly error: unknown;
}

function newSuite(name: string, parent: Suite | null): Suite {
  const hooks = { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
  return { name, parent, children: [], hooks };
}

const root = newSuite("", null);
let current = root;
const restore: (() => void)[] = [];
let failures: unknown[] = [];

// ---- matchers

function show(value: unknown): string {
  try {
    return typeof value === "function" ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    return String(value);
  }
}

function throwsAs(thrown: { error: unknown } | null, wanted: unknown[]): boolean {
  if (thrown === null) return false;
  const { error } = thrown;
  return wanted.every((want) => {
    if (want === undefined) return true;
    if (want instanceof RegExp) return want.test((error as Error).message);
    if (typeof want === "function") return error instanceof (want as ErrorConstructor);
    return (error as Error).message === want;
  });
}

function caught(body: () => unknown): { error: unknown } | null {
  try {
    body();
    return null;
  } catch (error) {
    return { error };
  }
}

function equal(actual: unknown, wanted: unknown): boolean {
  if (wanted instanceof ExactContents) return wanted.matches(actual);
  return isDeepStrictEqual(actual, wanted);
}

class ExactContents {
  constructor(readonly wanted: unknown[]) {}
  matches(actual: unknown): boolean {
    if (!Array.isArray(actual) || actual.length !== this.wanted.length) return false;
    const rest = [...(actual as unknown[])];
    return this.wanted.every((want) => {
      const at = rest.findIndex((value) => equal(value, want));
      if (at < 0) return false;
      rest.splice(at, 1);
      return true;
    });
  }
}

type Matcher = (actual: never, ...wanted: never[]) => boolean;

const matchers: Record<string, Matcher> = {
  toBe: (a: unknown, b: unknown) => Object.is(a, b) || a === b,
  toEqual: equal,
  toBeNull: (a: unknown) => a === null,
  toBeUndefined: (a: unknown) => a === undefined,
  toBeDefined: (a: unknown) => a !== undefined,
  toBeTruthy: (a: unknown) => Boolean(a),
  toBeFalsy: (a: unknown) => !a,
  toBeTrue: (a: unknown) => a === true,
  toBeFalse: (a: unknown) => a === false,
  toBeNaN: (a: unknown) => Number.isNaN(a),
  toBeLessThan: (a: number, b: number) => a < b,
  toBeLessThanOrEqual: (a: number, b: number) => a <= b,
  toBeGreaterThan: (a: number, b: number) => a > b,
  toBeGreaterThanOrEqual: (a: number, b: number) => a >= b,
  toBeCloseTo: (a: number, b: number, digits = 2) => Math.abs(a - b) < 10 ** -digits / 2,
  toBeInstanceOf: (a: unknown, type: ErrorConstructor) => a instanceof type,
  toContain: (a: unknown[] | string, b: unknown) => (a as unknown[]).includes(b),
  toMatch: (a: string, pattern: string | RegExp) => new RegExp(pattern).test(a),
  toThrow: (body: () => unknown) => caught(body) !== null,
  toThrowError: (body: () => unknown, ...wanted: unknown[]) => throwsAs(caught(body), wanted),
  toHaveBeenCalled: (spy: Spy) => spy.calls.count() > 0,
  toHaveBeenCalledTimes: (spy: Spy, times: number) => spy.calls.count() === times,
  toHaveBeenCalledWith: (spy: Spy, ...wanted: unknown[]) =>
    spy.calls.all().some(({ args }) => equal(args, wanted)),
};

type Expectation = Record<string, unknown>;

function expectation(actual: unknown, negated: boolean): Expectation {
  const result: Expectation = { nothing: () => undefined };
  for (const [name, matcher] of Object.entries(matchers)) {
    result[name] = (...wanted: unknown[]) => {
      const holds = (matcher as (...values: unknown[]) => boolean)(actual, ...wanted);
      if (holds !== negated) return;
      const is = negated ? "not " : "";
      failures.push(new Error(`expected ${show(actual)} ${is}${name} ${wanted.map(show).join()}`));
    };
  }
  return result;
}

const expectValue = (actual?: unknown): Expectation => ({
  ...expectation(actual, false),
  withContext: () => expectValue(actual),
  not: expectation(actual, true),
});

const expectAsync = (promise: Promise<unknown>): Expectation => ({
  toBeRejectedWithError: async (...wanted: unknown[]) => {
    const thrown = await promise.then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (!throwsAs(thrown, wanted)) failures.push(new Error("promise was not rejected as expected"));
  },
});

// ---- spies

interface Call {
  readonly args: unknown[];
}

interface Spy {
  (...args: unknown[]): unknown;
  readonly and: Record<string, (value?: unknown) => Spy>;
  readonly calls: { count(): number; first(): Call; mostRecent(): Call; all(): Call[] };
}

function spyOn(target: Record<string, unknown>, key: string): Spy {
  const own = Object.getOwnPropertyDescriptor(target, key);
  const original = target[key] as (...args: unknown[]) => unknown;
  let behaviour: (...args: unknown[]) => unknown = () => undefined;
  const calls: Call[] = [];
  const spy = function (this: unknown, ...args: unknown[]): unknown {
    calls.push({ args });
    return behaviour.apply(this, args);
  } as Spy;
  const become = (next: typeof behaviour): Spy => {
    behaviour = next;
    return spy;
  };
  Object.assign(spy, {
    and: {
      callThrough: () => become(original),
      callFake: (fake: typeof behaviour) => become(fake),
      returnValue: (value: unknown) => become(() => value),
    },
    calls: {
      count: () => calls.length,
      first: () => calls[0],
      mostRecent: () => calls[calls.length - 1],
      all: () => calls,
    },
  });
  Object.defineProperty(target, key, { value: spy, configurable: true, writable: true });
  restore.push(() => {
    if (own === undefined) Reflect.deleteProperty(target, key);
    else Object.defineProperty(target, key, own);
  });
  return spy;
}

// ---- running

/** Calls `body`, which may return a promise or take a callback. */
async function call(body: Body): Promise<void> {
  if (body.length === 0) {
    await body();
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const done = (() => {
      resolve();
    }) as Done;
    done.fail = (reason) => {
      reject(new Error(`done.fail: ${String(reason)}`));
    };
    Promise.resolve(body(done)).catch(reject);
  });
}

const SPEC_SECONDS = 60;

async function withinTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not finished after ${SPEC_SECONDS} s`));
    }, SPEC_SECONDS * 1000);
  });
  await Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}

function ancestors(suite: Suite): Suite[] {
  return suite.parent === null ? [suite] : [...ancestors(suite.parent), suite];
}

/** Undoes all spies but the first `kept`, which belong to a suite that still runs. */
function undoSpies(kept: number): void {
  for (const undo of restore.splice(kept).reverse()) undo();
}

async function runSpec(suite: Suite, spec: Spec): Promise<unknown> {
  failures = [];
  const spies = restore.length;
  const suites = ancestors(suite);
  const before = suites.flatMap(({ hooks }) => hooks.beforeEach);
  const after = [...suites].reverse().flatMap(({ hooks }) => hooks.afterEach);
  for (const step of [...before, spec.body, ...after]) {
    await withinTime(call(step)).catch((error: unknown) => failures.push(error));
  }
  undoSpies(spies);
  return failures[0];
}

/** Runs every spec whose full name `chosen` accepts and tells `report` how each went. */
export async function runAll(
  chosen: (name: string) => boolean,
  report: (outcome: Outcome) => void,
): Promise<void> {
  const visit = async (suite: Suite, prefix: string): Promise<void> => {
    const fullName = (name: string): string => `${prefix} ${name}`.trim();
    const any = (at: Suite, path: string): boolean =>
      at.children.some((child) =>
        "body" in child
          ? chosen(`${path} ${child.name}`.trim())
          : any(child, `${path} ${child.name}`.trim()),
      );
    if (!any(suite, prefix)) return;
    const spies = restore.length;
    for (const hook of suite.hooks.beforeAll) await call(hook);
    for (const child of suite.children) {
      const name = fullName(child.name);
      if (!("body" in child)) await visit(child, name);
      else if (chosen(name)) report({ name, error: await runSpec(suite, child) });
    }
    for (const hook of suite.hooks.afterAll) await call(hook);
    undoSpies(spies);
  };
  await visit(root, "");
}

const it = (name: string, body: Body): void => {
  current.children.push({ name, body });
};

const nothing = (): void => undefined;

Object.assign(globalThis, {
  describe: (name: string, body: () => void) => {
    const suite = newSuite(name, current);
    current.children.push(suite);
    current = suite;
    body();
    current = suite.parent ?? root;
  },
  xdescribe: nothing,
  it,
  xit: nothing,
  beforeAll: (body: Body) => current.hooks.beforeAll.push(body),
  beforeEach: (body: Body) => current.hooks.beforeEach.push(body),
  afterEach: (body: Body) => current.hooks.afterEach.push(body),
  afterAll: (body: Body) => current.hooks.afterAll.push(body),
  expect: expectValue,
  expectAsync,
  spyOn,
  fail: (reason: unknown) => failures.push(new Error(String(reason))),
  jasmine: {
    DEFAULT_TIMEOUT_INTERVAL: SPEC_SECONDS * 1000,
    arrayWithExactContents: (wanted: unknown[]) => new ExactContents(wanted),
  },
});
