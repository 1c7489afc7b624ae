// JPEG by libjpeg, which reports errors through longjmp: that must not cross Swift frames, so it is caught here.
#ifndef GATE_CJPEG_H
#define GATE_CJPEG_H

#include <stddef.h>
#include <stdint.h>

/// Encodes RGB rows of width * 3 bytes. Returns a buffer from malloc and its size, or NULL; free it with `gate_jpeg_free`.
uint8_t *gate_jpeg_encode(const uint8_t *rgb, int width, int height, int quality, size_t *size);

/// Reads the dimensions; returns 1, or 0 when the bytes are no JPEG picture.
int gate_jpeg_size(const uint8_t *bytes, size_t count, int *width, int *height);

/// Decodes to RGB rows of width * 3 bytes, `capacity` bytes in all. Returns 1, or 0 on any error.
int gate_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t capacity);

/// Decodes to RGB or RGBA (255) rows of width * components bytes, `capacity` bytes in all. Pictures made for printing (four
/// inks) become colours as Pillow has it. Returns 1, or 0 on any error; a file that ends early is one.
int gate_jpeg_pixels(const uint8_t *bytes, size_t count, int components, uint8_t *pixels, size_t capacity);

void gate_jpeg_free(uint8_t *bytes);

#endif
