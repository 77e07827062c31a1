// <push-toggle>: notifications on or off; the question of the browser comes only after a tap.
import { canPush, currentSubscription, subscribe, unsubscribe } from "../lib/push.js";

class PushToggle extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.button = this.querySelector("button");
    if (!canPush()) {
      const isApple =
        /iP(hone|ad)/.test(navigator.userAgent) ||
        (/Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1);
      if (!isApple) this.hidden = true; // nothing can be done on this device
      return this.#show(false, isApple ? this.dataset.homeScreen : "", true);
    }
    this.button.addEventListener("click", () => this.#turn());
    this.#look();
  }

  async #look() {
    if (Notification.permission === "denied") return this.#show(false, this.dataset.denied, true);
    const isOn = Notification.permission === "granted" && Boolean(await currentSubscription());
    this.#show(isOn);
  }

  async #turn() {
    const isOn = this.button.getAttribute("aria-pressed") === "true";
    this.button.setAttribute("aria-busy", "true");
    try {
      if (isOn) await unsubscribe();
      else if ((await Notification.requestPermission()) === "granted") await subscribe(this.dataset.key);
      await this.#look();
    } catch {
      this.#show(isOn, this.dataset.failed);
    } finally {
      this.button.removeAttribute("aria-busy");
    }
  }

  #show(isOn, note = "", isClosed = false) {
    this.button.setAttribute("aria-pressed", String(isOn));
    this.button.querySelector("span").textContent = isOn ? this.dataset.on : this.dataset.off;
    this.button.disabled = isClosed;
    this.querySelector("[role=status]").textContent = note;
  }
}

customElements.define("push-toggle", PushToggle);
