#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

struct gate_errors {
    struct jpeg_error_mgr manager;
    jmp_buf escape;
};

static void gate_fail(j_common_ptr info) {
    struct gate_errors *errors = (struct gate_errors *)info->err;
    longjmp(errors->escape, 1);
}

static void gate_silent(j_common_ptr info) { (void)info; }

static struct jpeg_error_mgr *gate_prepare(struct gate_errors *errors) {
    jpeg_std_error(&errors->manager);
    errors->manager.error_exit = gate_fail;
    errors->manager.output_message = gate_silent;
    return &errors->manager;
}

uint8_t *gate_jpeg_encode(const uint8_t *rgb, int width, int height, int quality, size_t *size) {
    struct jpeg_compress_struct info;
    struct gate_errors errors;
    // Changed between setjmp and longjmp, so they must not live in registers.
    unsigned char *volatile output = NULL;
    unsigned long volatile length = 0;

    info.err = gate_prepare(&errors);
    if (setjmp(errors.escape)) {
        jpeg_destroy_compress(&info);
        free(output);
        return NULL;
    }
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, (unsigned char **)&output, (unsigned long *)&length);
    info.image_width = (JDIMENSION)width;
    info.image_height = (JDIMENSION)height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        JSAMPROW row = (JSAMPROW)(rgb + (size_t)info.next_scanline * (size_t)width * 3);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    *size = length;
    return output;
}

int gate_jpeg_size(const uint8_t *bytes, size_t count, int *width, int *height) {
    struct jpeg_decompress_struct info;
    struct gate_errors errors;

    info.err = gate_prepare(&errors);
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&info);
        return 0;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, count);
    jpeg_read_header(&info, TRUE);
    *width = (int)info.image_width;
    *height = (int)info.image_height;
    jpeg_destroy_decompress(&info);
    return 1;
}

int gate_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t capacity) {
    struct jpeg_decompress_struct info;
    struct gate_errors errors;

    info.err = gate_prepare(&errors);
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&info);
        return 0;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, count);
    jpeg_read_header(&info, TRUE);
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info);
    size_t stride = (size_t)info.output_width * 3;
    if (stride * info.output_height > capacity) {
        jpeg_destroy_decompress(&info);
        return 0;
    }
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = rgb + (size_t)info.output_scanline * stride;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    return 1;
}

// libjpeg paints what is missing grey and only warns of it.
static void gate_strict(j_common_ptr info, int level) {
    if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) gate_fail(info);
}

/// Adobe's four inks are stored inverted; each is thinned by what black leaves of the light.
static void gate_print_row(const uint8_t *inks, uint8_t *row, size_t width, int components) {
    for (size_t x = 0; x < width; x++, inks += 4, row += components) {
        for (int c = 0; c < 3; c++) {
            int light = inks[3];
            int product = (255 - inks[c]) * light + 128;
            row[c] = (uint8_t)(light - (((product >> 8) + product) >> 8));
        }
        if (components == 4) row[3] = 255;
    }
}

int gate_jpeg_pixels(const uint8_t *bytes, size_t count, int components, uint8_t *pixels, size_t capacity) {
    struct jpeg_decompress_struct info;
    struct gate_errors errors;
    // Changed between setjmp and longjmp, so it must not live in a register.
    uint8_t *volatile inks = NULL;

    info.err = gate_prepare(&errors);
    errors.manager.emit_message = gate_strict;
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&info);
        free(inks);
        return 0;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, count);
    jpeg_read_header(&info, TRUE);
    int is_print = info.num_components == 4;
    info.out_color_space = is_print ? JCS_CMYK : components == 4 ? JCS_EXT_RGBA : JCS_RGB;
    jpeg_start_decompress(&info);
    size_t width = info.output_width;
    size_t stride = width * (size_t)components;
    int fits = info.output_height > 0 && stride <= capacity / info.output_height;
    if (fits && is_print) fits = (inks = malloc(width * 4)) != NULL;
    while (fits && info.output_scanline < info.output_height) {
        JSAMPROW row = pixels + (size_t)info.output_scanline * stride;
        JSAMPROW target = is_print ? inks : row;
        jpeg_read_scanlines(&info, &target, 1);
        if (is_print) gate_print_row(inks, row, width, components);
    }
    if (fits) jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    free(inks);
    return fits;
}

void gate_jpeg_free(uint8_t *bytes) { free(bytes); }
