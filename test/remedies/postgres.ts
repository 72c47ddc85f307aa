import { postgresCheckpointStore } from "cifar-kit/postgres";
import { type Trials, type Untried, wrong } from "./trial.ts";

const connection = "postgres://user@host/database";

export const trials: Trials = {
  'pass e.g. "postgres://user@host/database", or new pg.Pool({ ... })': [
    () => postgresCheckpointStore({ connection: "user@host", run: "sweep/7" }),
    () => {
      postgresCheckpointStore({ connection, run: "sweep/7" });
      // No more is asked of a pool, and only when it is used.
      postgresCheckpointStore({ connection: wrong({ query: () => undefined }), run: "sweep/7" });
    },
  ],
  'pass e.g. "sweep/7"': [
    () => postgresCheckpointStore({ connection, run: "" }),
    () => postgresCheckpointStore({ connection, run: "sweep/7" }),
  ],
};

const SERVER = "needs a server: test/postgres/postgres-checkpoint-store.slow.test.ts tries it";

export const untried: Untried = {
  "create it, or name another in connection": SERVER,
  "free some space on the disk of the server, or end other connections": SERVER,
  "let its user create tables in a schema of the search path, and use them": SERVER,
  "read what list() names": SERVER,
  "see that the server runs and can be reached, then start the run again: it goes on": SERVER,
  "see to the user and the password of connection": SERVER,
  "start this one again when the other has ended; it was silent for too long and taken for dead":
    SERVER,
  "wait for its end, choose another name, or, if that process is gone, wait until patience is over":
    SERVER,
};
