// Web Push of this browser: subscribe, tell the server, forget.
import { fromBase64Url, sendJson } from "./wire.js";

const ADDRESS = "/push/subscriptions";

export function canPush() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

export async function currentSubscription() {
  const registration = await navigator.serviceWorker.ready;
  return registration.pushManager.getSubscription();
}

export async function subscribe(key) {
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: fromBase64Url(key),
  });
  await sendJson(ADDRESS, subscription.toJSON());
}

export async function unsubscribe() {
  const subscription = await currentSubscription();
  if (!subscription) return;
  await sendJson(ADDRESS, { endpoint: subscription.endpoint }, "DELETE");
  await subscription.unsubscribe();
}

/** Browsers change endpoints silently: the first page of each visit tells the present one. */
export async function renewPush() {
  const isAdult = document.body.dataset.zone !== "kids" && document.body.dataset.profile !== "guest";
  if (!isAdult || !canPush() || Notification.permission !== "granted") return;
  if (sessionStorage.getItem("push-renewed")) return;
  const subscription = await currentSubscription();
  if (!subscription) return;
  sessionStorage.setItem("push-renewed", "1");
  await sendJson(ADDRESS, subscription.toJSON());
}
