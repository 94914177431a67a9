
const part = (id) => document.getElementById(id);
let file = null, target = null, reading = null, table = null, stream = null;

// Reads the file that was given; one that comes meanwhile takes its place.
async function read() {
  if (!file) return;
  reading?.abort();
  const own = (reading = new AbortController());
  const limit = Number(document.body.dataset.limit);
  clear();
  if (file.size + (target?.size ?? 0) > limit * 1e6)
    return say(`${file.name} has more than ${limit} MB; --limit allows more.`, true);
  const form = new FormData();
  form.append("file", file);
  if (target) form.append("target", target);
  say(`Reading ${file.name} …`);
  try {
    const reply = await fetch("read", { method: "POST", body: form, signal: own.signal });
    const answer = await reply.json();
    if (answer.error) return say(answer.error, true);
    say("");
    part("result").innerHTML = answer.body;
    activate(part("result"));
    table = URL.createObjectURL(new Blob([answer.table], { type: "text/csv" }));
    part("table").href = table;
    part("table").hidden = false;
  } catch (error) {
    if (!own.signal.aborted) say("The server could not answer; its terminal may say why.", true);
  }
}

function clear() {
  part("result").replaceChildren();
  part("table").hidden = true;
  if (table) URL.revokeObjectURL(table);
  table = null;
}

function say(text, bad = false) {
  part("status").textContent = text;
  part("status").className = bad ? "error" : "";
}

function give(given) {
  file = given;
  const moving = file.type.startsWith("video/");
  const shown = document.createElement(moving ? "video" : "img");
  shown.controls = moving;
  shown.onload = shown.onloadeddata = () => URL.revokeObjectURL(shown.src);
  // Browsers know fewer formats than the server.
  shown.onerror = () => shown.remove();
  shown.src = URL.createObjectURL(file);
  part("original").replaceChildren(shown);
  read();
}

function become(person) {
  target = person;
  const image = part("person");
  if (!image.src.startsWith("data:")) URL.revokeObjectURL(image.src);
  image.src = person ? URL.createObjectURL(person) : image.dataset.trained;
  part("whom").textContent = person ? person.name : "the person of the training";
  part("back").hidden = part("untested").hidden = !person;
  read();
}

async function camera() {
  if (stream) return end();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: true });
  } catch (error) {
    return say(`There is no camera, or it may not be used (${error.name}).`, true);
  }
  part("live").srcObject = stream;
  part("live").hidden = part("take").hidden = false;
  part("camera").textContent = "Close the camera";
}

function end() {
  for (const one of stream.getTracks()) one.stop();
  stream = null;
  part("live").hidden = part("take").hidden = true;
  part("camera").textContent = "Camera";
}

function take() {
  const live = part("live"), canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [live.videoWidth, live.videoHeight];
  canvas.getContext("2d").drawImage(live, 0, 0);
  canvas.toBlob((blob) => give(new File([blob], "camera.png", { type: "image/png" })));
}

part("file").onchange = () => part("file").files.length && give(part("file").files[0]);
part("target").onchange = () => part("target").files.length && become(part("target").files[0]);
part("back").onclick = () => { part("target").value = ""; become(null); };
part("camera").onclick = camera;
part("take").onclick = take;
const drop = part("drop");
drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over"); };
drop.ondragleave = () => drop.classList.remove("over");
drop.ondrop = (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length) give(event.dataTransfer.files[0]);
};
