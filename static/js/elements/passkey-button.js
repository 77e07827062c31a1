// <passkey-button>: face or finger instead of typing.
import { creationOptions, credentialJson, requestOptions } from "../lib/credentials.js";
import { sendJson } from "../lib/wire.js";

class PasskeyButton extends HTMLElement {
  #waiting = null; // the silent offer inside the phone field, which a tap replaces
  #offered = null; // its end: two proofs at once would each start a session
  #isProven = false;

  connectedCallback() {
    if (!window.PublicKeyCredential) return;
    this.hidden = false;
    this.button.addEventListener("click", () => this.#run());
    if ("conditional" in this.dataset) this.#offered = this.#offer();
  }

  disconnectedCallback() {
    this.#waiting?.abort();
  }

  get button() {
    return this.querySelector("button");
  }

  async #offer() {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    this.#waiting = new AbortController();
    try {
      await this.#prove({ mediation: "conditional", signal: this.#waiting.signal });
    } catch (error) {
      if (error.name !== "AbortError") this.#waiting = null;
    }
  }

  async #run() {
    this.#waiting?.abort();
    this.#say("");
    this.button.setAttribute("aria-busy", "true");
    await this.#offered;
    if (this.#isProven) return;
    try {
      await this.#prove({});
    } catch (error) {
      this.button.removeAttribute("aria-busy");
      const isCancelled = error.name === "NotAllowedError" || error.name === "AbortError";
      if (!isCancelled)
        this.#say(error.message && error.name === "Error" ? error.message : this.dataset.failed);
    }
  }

  async #prove(how) {
    const answer = await sendJson(this.dataset.options, {});
    const options = answer.publicKey ?? answer;
    const credential =
      this.dataset.action === "register"
        ? await navigator.credentials.create({ publicKey: creationOptions(options) })
        : await navigator.credentials.get({ publicKey: requestOptions(options), ...how });
    const done = await sendJson(this.dataset.verify, credentialJson(credential));
    this.#isProven = true;
    this.#leave(done.next || this.dataset.next);
  }

  /** On to the next page; inside a form the proof is what the form was waiting for. */
  #leave(next) {
    const form = this.closest("form");
    if (next) location.assign(next);
    else if (form) form.requestSubmit(form.querySelector("[type=submit]"));
    else location.reload();
  }

  #say(text) {
    const line = this.querySelector("[role=alert]");
    line.textContent = text;
    line.hidden = !text;
  }
}

customElements.define("passkey-button", PasskeyButton);
