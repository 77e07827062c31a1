// <pin-pad> and <otp-input>: a numeric field shows its digits as dots or cells; paste works.
class DigitField extends HTMLElement {
  connectedCallback() {
    if ("ready" in this.dataset) return;
    this.dataset.ready = "";
    this.input = this.querySelector("input");
    this.count = Number(this.dataset.length);
    this.#wrap();
    this.input.addEventListener("beforeinput", (event) => this.#guard(event));
    this.input.addEventListener("input", () => this.changed());
    this.#paint();
  }

  /** The field stays, transparent, over its marks: keyboards, readers and paste meet a real input. */
  #wrap() {
    const entry = document.createElement("div");
    entry.className = `entry entry--${this.look}`;
    const isWanted = this.input.autofocus;
    this.input.autofocus = false; // moving the field loses the browser's own attempt
    this.input.replaceWith(entry);
    this.marks = Array.from({ length: this.count }, () => document.createElement("i"));
    const marks = document.createElement("div");
    marks.className = "entry__marks";
    marks.setAttribute("aria-hidden", "true");
    marks.append(...this.marks);
    entry.append(marks, this.input);
    this.input.removeAttribute("maxlength"); // a pasted "123 456" is cut after cleaning, not before
    if (isWanted) queueMicrotask(() => this.input.focus()); // htmx gives the focus back to the old field
  }

  #guard(event) {
    if (event.inputType === "insertText" && /\D/.test(event.data ?? "")) event.preventDefault();
  }

  changed() {
    this.input.value = this.input.value.replace(/\D/g, "").slice(0, this.count);
    this.#paint();
    const isFull = this.input.value.length === this.count;
    if (isFull && this.submits && this.input.form) this.input.form.requestSubmit();
  }

  #paint() {
    this.marks.forEach((mark, place) => {
      const digit = this.input.value[place];
      mark.className = digit === undefined ? "" : "on";
      mark.textContent = this.look === "cells" ? (digit ?? "") : "";
    });
  }
}

class OtpInput extends DigitField {
  look = "cells";
  submits = true;
}

class PinPad extends DigitField {
  look = "dots";

  get submits() {
    return "submits" in this.dataset;
  }

  connectedCallback() {
    super.connectedCallback();
    const keys = this.querySelector("template");
    if (!keys) return;
    if (matchMedia("(pointer: coarse)").matches) this.input.inputMode = "none"; // our keys are enough
    this.append(keys.content);
    keys.remove();
    this.addEventListener("click", (event) => this.#press(event.target.closest("[data-key]")));
  }

  #press(key) {
    if (!key) return;
    const value = this.input.value;
    this.input.value = key.dataset.key === "erase" ? value.slice(0, -1) : value + key.dataset.key;
    this.changed();
    const filled = this.dataset.filled
      .replace("{n}", this.input.value.length)
      .replace("{length}", this.count);
    this.querySelector("[role=status]").textContent = filled;
  }
}

customElements.define("otp-input", OtpInput);
customElements.define("pin-pad", PinPad);
