// The one script of every page: registers the elements, speaks with htmx, guards the forms.
import "./elements/image-gallery.js";
import "./elements/install-prompt.js";
import "./elements/listen-button.js";
import "./elements/offline-banner.js";
import "./elements/passkey-button.js";
import "./elements/passkey-signal.js";
import "./elements/pin-pad.js";
import "./elements/push-toggle.js";
import "./elements/recent-seen.js";
import "./elements/theme-switch.js";
import { renewPush } from "./lib/push.js";
import { retire, showToast } from "./lib/toasts.js";
import { startWorker } from "./lib/worker.js";
import { csrfToken } from "./lib/wire.js";

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRF-Token"] = csrfToken();
});
document.addEventListener("toast", (event) => showToast(event.detail.text, event.detail.kind));
document.addEventListener("htmx:sendError", () => showToast(document.body.dataset.trouble, "bad"));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (!xhr.getResponseHeader("HX-Trigger")) showToast(document.body.dataset.trouble, "bad");
});
document.querySelectorAll(".toast").forEach(retire);

// A form that is on its way is not sent twice; a page from the back button is free again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  const token = form.elements.namedItem("_csrf_token");
  if (token) token.value = csrfToken();
  if (form.dataset.sent) return event.preventDefault();
  if (event.defaultPrevented) return; // htmx sends it and shows its own state
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll("form [aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});
document.addEventListener("htmx:beforeRequest", (event) => markBusy(event.detail, true));
document.addEventListener("htmx:afterRequest", (event) => markBusy(event.detail, false));

function markBusy({ elt, requestConfig }, isBusy) {
  const button = requestConfig?.triggeringEvent?.submitter ?? (elt.matches("button, .button") ? elt : null);
  if (isBusy) button?.setAttribute("aria-busy", "true");
  else button?.removeAttribute("aria-busy");
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  if (event.target.matches("dialog.sheet")) event.target.close(); // the scrim
  if (event.target.closest("[data-share]"))
    navigator.share({ title: document.title, url: location.href }).catch(() => {});
  document.querySelectorAll("details.languages[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details.languages[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
if (navigator.share) document.querySelectorAll("[data-share]").forEach((button) => (button.hidden = false));

startWorker().catch((error) => console.warn("no service worker:", error.message));
renewPush().catch(() => sessionStorage.removeItem("push-renewed"));
