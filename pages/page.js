// Sets the document's language, and saves a picture as PNG when its button is pressed.
(() => {
  const marker = document.querySelector("[data-page-language]");
  if (marker) document.documentElement.lang = marker.dataset.pageLanguage;
  if (window.fourfoldPictures) return;
  window.fourfoldPictures = true;

  const inlined = (svg) => {
    const copy = svg.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    return new XMLSerializer().serializeToString(copy);
  };
  const drawn = (text) =>
    new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = reject;
      image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    });
  const save = async (button) => {
    const block = button.closest('[class*="st-key-picture-"]');
    const layers = [...block.querySelectorAll(".js-plotly-plot .main-svg")];
    if (!layers.length) return;
    const { width, height } = layers[0].getBoundingClientRect();
    const [scale, head] = [2, 64];
    const canvas = document.createElement("canvas");
    canvas.width = width * scale;
    canvas.height = (height + head + 28) * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const style = getComputedStyle(document.querySelector(".stApp"));
    pen.fillStyle = style.backgroundColor;
    pen.fillRect(0, 0, width, height + head + 28);
    pen.fillStyle = style.color;
    pen.font = `600 16px ${style.fontFamily}`;
    pen.fillText(button.dataset.title, 4, 24, width - 8);
    pen.font = `12px ${style.fontFamily}`;
    pen.fillText(button.dataset.note, 4, 46, width - 8);
    for (const layer of layers) pen.drawImage(await drawn(inlined(layer)), 0, head);
    pen.fillText(button.dataset.source, 4, height + head + 18, width - 8);
    const link = document.createElement("a");
    link.download = `${button.dataset.file}.png`;
    link.href = canvas.toDataURL("image/png");
    link.click();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.ff-save");
    if (button) save(button);
  });
})();
