// Day or night: as the system says, until somebody chooses. Loaded before the first paint.

const THEMES = ["auto", "light", "dark"];
const NAMES = { auto: "◐ Auto", light: "○ Light", dark: "● Dark" };

function chosenTheme() {
  const kept = localStorage.getItem("theme");
  return THEMES.includes(kept) ? kept : "auto";
}

function applyTheme() {
  const theme = chosenTheme();
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.querySelector("[data-theme-name]").textContent = NAMES[theme];
  }
}

applyTheme();
addEventListener("storage", applyTheme); // chosen in another tab
addEventListener("DOMContentLoaded", () => {
  applyTheme();
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length];
      localStorage.setItem("theme", next);
      applyTheme();
    });
  }
});
