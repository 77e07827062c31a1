// One line above the bars, said aloud by the live region it stands in.

export function showToast(text, kind = "", action = null) {
  const toast = document.createElement("div");
  toast.className = `toast toast--${kind}`;
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = text;
  toast.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.text;
    button.addEventListener("click", action.run);
    toast.classList.add("toast--stays");
    toast.append(button);
  }
  document.getElementById("toasts").append(toast);
  retire(toast);
}

/** A toast that faded is gone for readers as well; without animations it leaves by the clock. */
export function retire(toast) {
  toast.addEventListener("animationend", (event) => event.animationName === "leave" && toast.remove());
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isStill && !toast.classList.contains("toast--stays")) setTimeout(() => toast.remove(), 8000);
}
