// <listen-button>: reads its text aloud with the nearest voice this device has.
const NEAREST = { uz: ["uz", "tr", "kk"], "uz-cyrl": ["uz", "kk", "ru"], ru: ["ru"], en: ["en"] };

const SEEN = 1200; // ms

class ListenButton extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.hidden = !("speechSynthesis" in window);
    this.button.addEventListener("click", () => (this.#isOn ? this.#stop() : this.#speak()));
  }

  disconnectedCallback() {
    if (this.#isOn) this.#stop();
  }

  get #isOn() {
    return this.button.getAttribute("aria-pressed") === "true";
  }

  #speak() {
    speechSynthesis.cancel();
    document
      .querySelectorAll("listen-button button")
      .forEach((other) => other.setAttribute("aria-pressed", "false"));
    const speech = new SpeechSynthesisUtterance(this.dataset.text);
    const voice = this.#voice();
    speech.voice = voice;
    speech.lang = voice?.lang ?? this.#language;
    speech.rate = 0.9;
    speech.onend = () => this.#press(false);
    speech.onerror = () => setTimeout(() => this.#press(false), SEEN); // no voice: the press is still seen
    this.#press(true);
    speechSynthesis.speak(speech);
    this.dispatchEvent(new CustomEvent("listened", { bubbles: true, detail: { voice: voice?.name ?? "" } }));
  }

  #stop() {
    speechSynthesis.cancel();
    this.#press(false);
  }

  #press(isOn) {
    this.button.setAttribute("aria-pressed", String(isOn));
  }

  get #language() {
    return (this.dataset.lang || document.documentElement.lang).toLowerCase();
  }

  #voice() {
    const voices = speechSynthesis.getVoices();
    const wished = NEAREST[this.#language] ?? NEAREST[this.#language.split("-")[0]] ?? [this.#language];
    for (const language of wished) {
      const found = voices.find((voice) => voice.lang.toLowerCase().startsWith(language));
      if (found) return found;
    }
    return null;
  }
}

customElements.define("listen-button", ListenButton);
