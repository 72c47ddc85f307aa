/** The Worker of the tests: every backend, by the name that the page asks for. */
import "./worker-globals.ts";
import { serveTrainer } from "cifar-kit/browser";
import { BACKENDS } from "./backends.ts";

serveTrainer({ backends: BACKENDS });
