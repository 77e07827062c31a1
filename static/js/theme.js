// Runs before the first paint: the looks this person chose on this device.
const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
