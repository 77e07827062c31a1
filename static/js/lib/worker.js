// The service worker: registered on every page, told whose device this is, replaced on request.
import { showToast } from "./toasts.js";

export async function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/service-worker.js");
  watch(registration);
  const { active } = await navigator.serviceWorker.ready;
  const { profile, locale, zone } = document.body.dataset;
  active.postMessage({ type: "profile", id: profile, locale, zone });
}

/** A new worker waits; the person decides when the page may change under them. */
function watch(registration) {
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) offer(worker);
    });
  });
}

function offer(worker) {
  const { update, updateDo } = document.body.dataset;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  showToast(update, "", { text: updateDo, run: () => worker.postMessage({ type: "activate" }) });
}
