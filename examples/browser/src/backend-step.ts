import { recommendBackend } from "cifar-kit/browser";
import { byId, create, markDone } from "./dom.ts";
import { state } from "./state.ts";

/** Looks at what the browser has and offers it. */
export async function setUpBackends(): Promise<void> {
  const { backend: recommended, reason, probes } = await recommendBackend();
  byId("backend-reason").textContent = reason;
  // A run that goes on has its own.
  if (!state.isTraining) state.backend = recommended;
  const options = probes.map(({ backend, available, detail }) => {
    const input = create("input", {
      type: "radio",
      name: "backend",
      value: backend,
      checked: backend === recommended,
      disabled: !available,
    });
    input.addEventListener("change", () => {
      state.backend = backend;
    });
    const label = create(
      "label",
      { className: "option" },
      input,
      create("span", { className: "option-name", textContent: backend }),
    );
    if (backend === recommended) {
      label.append(create("span", { className: "badge", textContent: "recommended" }));
    }
    label.append(create("span", { className: "option-detail", textContent: detail }));
    return label;
  });
  byId("backend-options").replaceChildren(...options);
  markDone("backend");
  state.onChange(() => {
    for (const input of document.querySelectorAll<HTMLInputElement>("input[name=backend]")) {
      const probe = probes.find(({ backend }) => backend === input.value);
      input.disabled = state.isTraining || !probe?.available;
      input.checked = input.value === state.backend;
    }
  });
}
