// <theme-switch>: light, dark or as the device; js/theme.js applies it before the first paint.
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    const chosen = localStorage.getItem("theme") ?? "";
    this.querySelectorAll("input").forEach((input) => (input.checked = input.value === chosen));
    this.addEventListener("change", (event) => this.#choose(event.target.value));
  }

  #choose(theme) {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }
}

customElements.define("theme-switch", ThemeSwitch);
