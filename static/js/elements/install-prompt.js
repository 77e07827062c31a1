// <install-prompt>: offers the home screen where the browser can; on iOS it shows the two steps.
import { showToast } from "../lib/toasts.js";

let offer = null;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  document.querySelectorAll("install-prompt").forEach((element) => element.show());
});

class InstallPrompt extends HTMLElement {
  connectedCallback() {
    const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
    if (isInstalled) return;
    this.querySelector("button").addEventListener("click", () => this.#install());
    if (offer || this.#isApple) this.show();
  }

  get #isApple() {
    return "standalone" in navigator;
  }

  show() {
    this.hidden = false;
  }

  #explain() {
    const sheet = this.querySelector("dialog");
    if (sheet) sheet.showModal();
    else showToast(this.dataset.ios);
  }

  async #install() {
    if (!offer) return this.#explain();
    const asked = offer;
    offer = null; // a browser answers each offer once
    await asked.prompt();
    const { outcome } = await asked.userChoice;
    if (outcome === "accepted") this.hidden = true;
  }
}

customElements.define("install-prompt", InstallPrompt);
