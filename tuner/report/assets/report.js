// Draws each chart from the specification beside it. Nothing is fetched: all data are in the page.
for (const place of document.querySelectorAll(".chart")) {
  const specification = JSON.parse(document.getElementById(place.dataset.specification).textContent);
  vegaEmbed(place, specification, { renderer: "svg", actions: false }).catch((error) => {
    place.textContent = "This chart could not be drawn: " + error.message;
    console.error(error);
  });
}
// What is folded away on the screen is wanted on paper.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    part.dataset.opened = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-opened]")) {
    part.open = false;
    delete part.dataset.opened;
  }
});
