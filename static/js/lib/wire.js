// How scripts of ours talk to the server.

/** The token of now: a page may be older than the session, the cookie never is. */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrf=([^;]+)/);
  return cookie ? decodeURIComponent(cookie[1]) : document.querySelector("meta[name=csrf-token]").content;
}

/** Send JSON and read JSON; throws when the answer is a refusal. */
export async function sendJson(address, value, method = "POST") {
  const response = await fetch(address, {
    method,
    credentials: "same-origin",
    headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": csrfToken() },
    body: JSON.stringify(value),
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : {};
  if (!response.ok) throw new Error(answer.title || "");
  return answer;
}

export function toBase64Url(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64Url(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
