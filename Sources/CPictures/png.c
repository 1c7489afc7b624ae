#include "CPictures.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

static void gate_fail(png_structp png, png_const_charp message) {
    (void)message;
    longjmp(*(jmp_buf *)png_get_error_ptr(png), 1);
}

static void gate_silent(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

struct gate_input {
    const uint8_t *bytes;
    size_t left;
};

static void gate_take(png_structp png, png_bytep to, size_t count) {
    struct gate_input *input = png_get_io_ptr(png);
    if (count > input->left) png_error(png, "cut");
    memcpy(to, input->bytes, count);
    input->bytes += count;
    input->left -= count;
}

/// Asks libpng for `components` bytes a pixel. Returns 1 when the rows come with 16 bits and are to be cut by the caller.
static int gate_arrange(png_structp png, png_infop info, int components) {
    int type = png_get_color_type(png, info);
    int depth = png_get_bit_depth(png, info);
    int is_grey = type == PNG_COLOR_TYPE_GRAY;
    int has_key = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    // The passes of an interlaced picture need rows of their final size.
    int is_wide = is_grey && depth == 16 && png_get_interlace_type(png, info) == PNG_INTERLACE_NONE;
    if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (is_grey && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (depth == 16 && !is_wide) png_set_strip_16(png);
    if (!(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
    if (components == 3) {
        // What a palette says of transparency becomes alpha in any case.
        png_set_strip_alpha(png);
    } else if (has_key) {
        png_set_tRNS_to_alpha(png);
    } else if (!(type & PNG_COLOR_MASK_ALPHA)) {
        png_set_add_alpha(png, is_wide ? 0xFFFF : 0xFF, PNG_FILLER_AFTER);
    }
    return is_wide;
}

int gate_png_read(const uint8_t *bytes, size_t count, int components, uint8_t *pixels, size_t capacity) {
    jmp_buf escape;
    struct gate_input input = {bytes, count};
    // Changed between setjmp and longjmp, so it must not live in a register.
    uint8_t *volatile wide = NULL;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &escape, gate_fail, gate_silent);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_read_struct(&png, NULL, NULL);
        return 0;
    }
    if (setjmp(escape)) {
        png_destroy_read_struct(&png, &info, NULL);
        free(wide);
        return 0;
    }
    png_set_read_fn(png, &input, gate_take);
    png_set_user_limits(png, 65535, 65535);
    // Nothing but pixels is wanted: profiles, texts and gamma are left in the file.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, info);
    int is_wide = gate_arrange(png, info, components);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t width = png_get_image_width(png, info);
    size_t height = png_get_image_height(png, info);
    size_t stride = width * (size_t)components;
    if (png_get_rowbytes(png, info) != (is_wide ? stride * 2 : stride)) png_error(png, "rows");
    if (height == 0 || stride > capacity / height) png_error(png, "room");
    if (is_wide && (wide = malloc(stride * 2)) == NULL) png_error(png, "memory");
    for (int pass = 0; pass < passes; pass++) {
        for (size_t y = 0; y < height; y++) {
            uint8_t *row = pixels + y * stride;
            png_read_row(png, is_wide ? wide : row, NULL);
            if (!is_wide) continue;
            for (size_t x = 0; x < stride; x++) row[x] = wide[x * 2] == 0 ? wide[x * 2 + 1] : 255;
        }
    }
    png_destroy_read_struct(&png, &info, NULL);
    free(wide);
    return 1;
}

struct gate_output {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
};

static void gate_append(png_structp png, png_bytep from, size_t count) {
    struct gate_output *output = png_get_io_ptr(png);
    if (count > output->capacity - output->count) {
        size_t wanted = output->capacity * 2;
        if (wanted < output->count + count) wanted = output->count + count;
        uint8_t *larger = realloc(output->bytes, wanted);
        if (larger == NULL) png_error(png, "memory");
        output->bytes = larger;
        output->capacity = wanted;
    }
    memcpy(output->bytes + output->count, from, count);
    output->count += count;
}

static void gate_flush(png_structp png) { (void)png; }

uint8_t *gate_png_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, int components, int level, const uint8_t *chunks,
    size_t chunks_count, size_t *size) {
    jmp_buf escape;
    struct gate_output output = {malloc(65536), 0, 65536};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &escape, gate_fail, gate_silent);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL || output.bytes == NULL) {
        png_destroy_write_struct(&png, &info);
        free(output.bytes);
        return NULL;
    }
    if (setjmp(escape)) {
        png_destroy_write_struct(&png, &info);
        free(output.bytes);
        return NULL;
    }
    png_set_write_fn(png, &output, gate_append, gate_flush);
    png_set_compression_level(png, level);
    png_set_IHDR(
        png, info, width, height, 8, components == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB,
        PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info_before_PLTE(png, info);
    if (chunks_count > 0) gate_append(png, (png_bytep)chunks, chunks_count);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; y++)
        png_write_row(png, (png_bytep)(pixels + (size_t)y * width * (size_t)components));
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *size = output.count;
    return output.bytes;
}
