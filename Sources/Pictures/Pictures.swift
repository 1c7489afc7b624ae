// Pictures: what ComfyUI makes of a picture on request, as a function from bytes to bytes.
//
// `PictureTask` is what can be asked; it finds out by `PictureHeader` what the bytes are, decodes them with one of the
// codecs into a `Bitmap`, and encodes what comes of it. Bytes of strangers are decoded by C libraries, so a server calls it
// only in a process that may crash (`PictureChild` in `Gate`).
//
// What "as ComfyUI does it" means is Pillow's behaviour; the words `mode` and `info` in comments are Pillow's.
