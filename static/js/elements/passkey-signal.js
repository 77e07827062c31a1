// <passkey-signal>: lets the browser drop passkeys that were removed here. Only a help.
class PasskeySignal extends HTMLElement {
  connectedCallback() {
    window.PublicKeyCredential?.signalAllAcceptedCredentials?.(
      JSON.parse(this.dataset.accepted),
    )?.catch(() => {});
  }
}

customElements.define("passkey-signal", PasskeySignal);
