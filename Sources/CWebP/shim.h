// WebP by libwebp, which reports errors as return values.
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>

// What the header says; 1, or 0 when these bytes are no WebP picture.
static inline int gate_webp_facts(const uint8_t *bytes, size_t count, int *width, int *height, int *has_alpha, int *moves) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes, count, &features) != VP8_STATUS_OK) return 0;
    *width = features.width;
    *height = features.height;
    *has_alpha = features.has_alpha;
    *moves = features.has_animation;
    return 1;
}

// The first picture of an animation, laid on its canvas, as rows of width * 4 bytes; 1, or 0 when it is damaged.
static inline int gate_webp_first_frame(const uint8_t *bytes, size_t count, int width, int height, uint8_t *pixels) {
    WebPData data = {bytes, count};
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options)) return 0;
    options.color_mode = MODE_RGBA;
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
    if (decoder == NULL) return 0;
    WebPAnimInfo info;
    uint8_t *frame = NULL;
    int time = 0;
    int done = WebPAnimDecoderGetInfo(decoder, &info) && (int)info.canvas_width == width &&
               (int)info.canvas_height == height && WebPAnimDecoderGetNext(decoder, &frame, &time);
    if (done) memcpy(pixels, frame, (size_t)width * (size_t)height * 4);
    WebPAnimDecoderDelete(decoder);
    return done;
}

// Lossy, from rows of width * components (3 or 4) bytes. A buffer and its size, or NULL; free it with `WebPFree`.
static inline uint8_t *gate_webp_encode(
    const uint8_t *pixels, int width, int height, int components, float quality, size_t *size) {
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture)) return NULL;
    config.quality = quality;
    if (!WebPValidateConfig(&config)) return NULL;
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    picture.width = width;
    picture.height = height;
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    int done = (components == 4 ? WebPPictureImportRGBA(&picture, pixels, width * 4)
                                : WebPPictureImportRGB(&picture, pixels, width * 3)) &&
               WebPEncode(&config, &picture);
    WebPPictureFree(&picture);
    if (!done) {
        WebPMemoryWriterClear(&writer);
        return NULL;
    }
    *size = writer.size;
    return writer.mem;
}
