// Runs before the first paint, so that a chosen theme never flashes. The rest of the page is ES modules.
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "auto";
