// PNG by libpng's full interface, which reports errors through longjmp: that must not cross Swift frames, so it is caught
// here. The simplified interface would change colours by the file's gamma, which Pillow does not.
#ifndef GATE_CPICTURES_H
#define GATE_CPICTURES_H

#include <stddef.h>
#include <stdint.h>

/// Decodes to RGB or RGBA rows of width * components bytes, `capacity` bytes in all; components is 3, which drops alpha, or 4.
///
/// Palettes and grey become colours, 16 bits become 8: of grey what is above 255 becomes 255, of colours the high byte is
/// kept, both as Pillow does. Returns 1, or 0 when the file is damaged or does not fit.
int gate_png_read(const uint8_t *bytes, size_t count, int components, uint8_t *pixels, size_t capacity);

/// Encodes rows of width * components bytes, components being 3 or 4.
///
/// `chunks` are whole chunks that are set behind the header. Returns a buffer from malloc and its size, or NULL.
uint8_t *gate_png_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, int components, int level, const uint8_t *chunks,
    size_t chunks_count, size_t *size);

#endif
