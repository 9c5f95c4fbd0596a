// A photo made smaller on the device: at most 1,600 points a side, JPEG, upright. Drawn afresh, it says nothing of where,
// when or with what it was taken.
const SIDE = 1600;
const SMALL = 240;

async function drawn(image, side, quality) {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // what is see-through becomes white, not black
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  if (!blob) throw new Error("no picture");
  return blob.arrayBuffer();
}

/** What is kept of a file: its bytes, its small picture, its fingerprint. Throws when the file is no picture. */
export async function reduced(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const bytes = await drawn(image, SIDE, 0.82);
  const thumb = await drawn(image, SMALL, 0.7);
  image.close();
  const sum = await crypto.subtle.digest("SHA-256", bytes);
  return { bytes, thumb, sha256: [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
}
