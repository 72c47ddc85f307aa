/** The page: each step sets up its own section; what they share is in state.ts. */
import "@tensorflow/tfjs-backend-cpu";
import { setBackend } from "@tensorflow/tfjs-core";
import { askBeforeClosing } from "./ask.ts";
import { setUpBackends } from "./backend-step.ts";
import { setUpData } from "./data-step.ts";
import { byId } from "./dom.ts";
import { setUpModel } from "./model-step.ts";
import { setUpPicture } from "./picture-step.ts";
import { fillMosaic } from "./pixels.ts";
import { setUpResults, showResults } from "./results-step.ts";
import { setUpTraining } from "./train-step.ts";

// The page itself only builds models and keeps them: the Worker computes.
await setBackend("cpu");
fillMosaic();
setUpData();
setUpTraining((history) => void showResults(history));
setUpResults();
setUpPicture();
setUpModel();
followSections();
askBeforeClosing();
await setUpBackends();

/** Marks in the navigation which section is on the screen. */
function followSections(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".steps a")];
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        for (const link of links) {
          if (link.hash === `#${target.id}`) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      }
    },
    { rootMargin: "-30% 0px -60% 0px" },
  );
  for (const link of links) observer.observe(byId(link.hash.slice(1)));
}
