// <offline-banner>: says that the pages are saved ones while there is no network.
class OfflineBanner extends HTMLElement {
  connectedCallback() {
    this.update = () => (this.hidden = navigator.onLine);
    addEventListener("online", this.update);
    addEventListener("offline", this.update);
    this.update();
  }

  disconnectedCallback() {
    removeEventListener("online", this.update);
    removeEventListener("offline", this.update);
  }
}

customElements.define("offline-banner", OfflineBanner);
