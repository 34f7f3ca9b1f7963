#include "Support.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
} Input;

static void on_error(png_structp png, png_const_charp text) {
  codec_fail(png_get_error_ptr(png), "%s", text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_input(png_structp png, png_bytep destination, size_t count) {
  Input *input = png_get_io_ptr(png);
  if (count > input->count - input->position) {
    png_error(png, "the file ends too early");
  }
  memcpy(destination, input->bytes + input->position, count);
  input->position += count;
}

static png_structp reader(Input *input, png_infop *info, CodecMessage *message) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
  *info = png ? png_create_info_struct(png) : NULL;
  if (!*info) {
    png_destroy_read_struct(&png, NULL, NULL);
    codec_fail(message, "out of memory");
    return NULL;
  }
  png_set_read_fn(png, input, read_input);
  // The caller bounds width × height; text, profiles and other decoration are skipped unread.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  return png;
}

int codec_png_header(const uint8_t *bytes, size_t count, CodecHeader *header, CodecMessage *message) {
  Input input = {bytes, count, 0};
  png_infop info;
  png_structp png = reader(&input, &info, message);
  if (!png) {
    return 0;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_read_info(png, info);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->is_gray = !(png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

int codec_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity, CodecMessage *message) {
  Input input = {bytes, count, 0};
  png_infop info;
  png_structp png = reader(&input, &info, message);
  if (!png) {
    return 0;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_read_info(png, info);
  const uint32_t width = png_get_image_width(png, info);
  const uint32_t height = png_get_image_height(png, info);
  png_set_strip_16(png);
  png_set_palette_to_rgb(png);
  png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (!codec_fits(width, height, capacity) || png_get_rowbytes(png, info) != (size_t)width * 3) {
    png_error(png, "the rows do not have the size that the header gives");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t row = 0; row < height; row++) {
      png_read_row(png, pixels + (size_t)row * width * 3, NULL);
    }
  }
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

static void write_output(png_structp png, png_bytep source, size_t count) {
  if (!codec_append(png_get_io_ptr(png), source, count)) {
    png_error(png, "out of memory");
  }
}

static void flush_output(png_structp png) {
  (void)png;
}

int codec_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, const char *xmp, CodecBuffer *buffer,
                     CodecMessage *message) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    return codec_fail(message, "out of memory");
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    codec_free(buffer);
    return 0;
  }
  png_set_write_fn(png, buffer, write_output, flush_output);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (xmp) {
    png_text text = {.compression = PNG_ITXT_COMPRESSION_NONE,
                     .key = "XML:com.adobe.xmp",
                     .text = (char *)xmp,
                     .itxt_length = strlen(xmp),
                     .lang = "",
                     .lang_key = ""};
    png_set_text(png, info, &text, 1);
  }
  png_write_info(png, info);
  for (uint32_t row = 0; row < height; row++) {
    png_write_row(png, pixels + (size_t)row * width * 3);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return 1;
}
