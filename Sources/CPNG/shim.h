// libpng 1.6 by its simplified interface, where a bad file is a return value and not a longjmp.
#include <png.h>
#include <string.h>

static inline void gate_png_begin(png_image *image) {
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
}
