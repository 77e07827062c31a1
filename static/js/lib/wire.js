// How scripts of ours talk to the server and to the person.

export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrf=([^;]+)/);
  return cookie ? decodeURIComponent(cookie[1]) : document.querySelector("meta[name=csrf-token]").content;
}
