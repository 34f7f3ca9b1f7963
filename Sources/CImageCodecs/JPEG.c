#include "Support.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum { MAXIMUM_SCANS = 100 };

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf failure;
  CodecMessage *message;
} Errors;

static void on_error(j_common_ptr codec) {
  Errors *errors = (Errors *)codec->err;
  char text[JMSG_LENGTH_MAX];
  errors->manager.format_message(codec, text);
  codec_fail(errors->message, "%s", text);
  longjmp(errors->failure, 1);
}

// libjpeg calls damaged data a warning and fills the rest with gray. A warning that costs pixels is an error
// here.
static void on_message(j_common_ptr codec, int level) {
  if (level >= 0) {
    return;
  }
  switch (codec->err->msg_code) {
  case JWRN_ADOBE_XFORM:
  case JWRN_EXTRANEOUS_DATA:
  case JWRN_JFIF_MAJOR:
  case JWRN_NOT_SEQUENTIAL:
    return;
  default:
    on_error(codec);
  }
}

// A few bytes a scan can ask for a pass over the whole image each: a small file would run for hours.
static void on_progress(j_common_ptr codec) {
  if (((j_decompress_ptr)codec)->input_scan_number > MAXIMUM_SCANS) {
    Errors *errors = (Errors *)codec->err;
    codec_fail(errors->message, "more than %d scans", MAXIMUM_SCANS);
    longjmp(errors->failure, 1);
  }
}

static struct jpeg_error_mgr *install(Errors *errors, CodecMessage *message) {
  struct jpeg_error_mgr *manager = jpeg_std_error(&errors->manager);
  manager->error_exit = on_error;
  manager->emit_message = on_message;
  errors->message = message;
  return manager;
}

static void read_header(j_decompress_ptr codec, const uint8_t *bytes, size_t count) {
  jpeg_mem_src(codec, bytes, (unsigned long)count);
  jpeg_read_header(codec, TRUE);
}

static int is_supported(j_decompress_ptr codec, CodecMessage *message) {
  const int components = codec->num_components;
  if (components != 1 && components != 3 && components != 4) {
    return codec_fail(message, "it has %d color components, not 1, 3 or 4", components);
  }
  if (codec->image_width == 0 || codec->image_height == 0) {
    return codec_fail(message, "it has no pixels");
  }
  return 1;
}

int codec_jpeg_header(const uint8_t *bytes, size_t count, CodecHeader *header, CodecMessage *message) {
  Errors errors;
  struct jpeg_decompress_struct codec;
  memset(&codec, 0, sizeof codec);
  codec.err = install(&errors, message);
  if (setjmp(errors.failure)) {
    jpeg_destroy_decompress(&codec);
    return 0;
  }
  jpeg_create_decompress(&codec);
  read_header(&codec, bytes, count);
  const int supported = is_supported(&codec, message);
  header->width = codec.image_width;
  header->height = codec.image_height;
  header->is_gray = codec.num_components == 1;
  jpeg_destroy_decompress(&codec);
  return supported;
}

static uint32_t scaled(uint32_t a, uint32_t b) {
  const uint32_t product = a * b + 128;
  return (product + (product >> 8)) >> 8;
}

// Four-component files store inverted ink, whether Adobe's marker says so or not: the convention all readers
// share.
static void inverted_cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
    const uint32_t light = cmyk[3];
    for (int channel = 0; channel < 3; channel++) {
      rgb[channel] = (uint8_t)(light - scaled(255u - cmyk[channel], light));
    }
  }
}

int codec_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity, CodecMessage *message) {
  Errors errors;
  struct jpeg_progress_mgr progress = {.progress_monitor = on_progress};
  struct jpeg_decompress_struct codec;
  memset(&codec, 0, sizeof codec);
  codec.err = install(&errors, message);
  if (setjmp(errors.failure)) {
    jpeg_destroy_decompress(&codec);
    return 0;
  }
  jpeg_create_decompress(&codec);
  codec.progress = &progress;
  read_header(&codec, bytes, count);
  const int is_cmyk = codec.num_components == 4;
  codec.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  if (!is_supported(&codec, message) || !codec_fits(codec.image_width, codec.image_height, capacity)) {
    jpeg_destroy_decompress(&codec);
    return 0;
  }
  jpeg_start_decompress(&codec);
  const uint32_t width = codec.output_width;
  JSAMPARRAY ink = NULL;
  if (is_cmyk) {
    ink = codec.mem->alloc_sarray((j_common_ptr)&codec, JPOOL_IMAGE, width * 4, 1);
  }
  while (codec.output_scanline < codec.output_height) {
    uint8_t *row = pixels + (size_t)codec.output_scanline * width * 3;
    jpeg_read_scanlines(&codec, is_cmyk ? ink : &row, 1);
    if (is_cmyk) {
      inverted_cmyk_to_rgb(ink[0], row, width);
    }
  }
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  return 1;
}

typedef struct {
  struct jpeg_destination_mgr manager;
  CodecBuffer *buffer;
  uint8_t block[1 << 14];
} Destination;

static void start_block(j_compress_ptr codec) {
  Destination *destination = (Destination *)codec->dest;
  destination->manager.next_output_byte = destination->block;
  destination->manager.free_in_buffer = sizeof destination->block;
}

static void append_block(j_compress_ptr codec, size_t count) {
  Destination *destination = (Destination *)codec->dest;
  if (!codec_append(destination->buffer, destination->block, count)) {
    ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  }
}

static boolean flush_block(j_compress_ptr codec) {
  append_block(codec, sizeof ((Destination *)codec->dest)->block);
  start_block(codec);
  return TRUE;
}

static void end_blocks(j_compress_ptr codec) {
  append_block(codec, sizeof ((Destination *)codec->dest)->block - codec->dest->free_in_buffer);
}

// The name that a segment of XMP begins with, with the zero at its end.
static const char xmp_name[] = "http://ns.adobe.com/xap/1.0/";

static void write_xmp(j_compress_ptr codec, const char *xmp) {
  jpeg_write_m_header(codec, JPEG_APP0 + 1, (unsigned)(sizeof xmp_name + strlen(xmp)));
  for (size_t i = 0; i < sizeof xmp_name; i++) jpeg_write_m_byte(codec, xmp_name[i]);
  for (; *xmp; xmp++) jpeg_write_m_byte(codec, *xmp);
}

int codec_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, const char *xmp,
                      CodecBuffer *buffer, CodecMessage *message) {
  if (xmp && sizeof xmp_name + strlen(xmp) > 65533) {
    return codec_fail(message, "a JPEG carries at most 65,504 bytes of metadata");
  }
  if (width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION) {
    return codec_fail(message, "a JPEG has at most %ld pixels on a side", JPEG_MAX_DIMENSION);
  }
  Errors errors;
  Destination destination = {.manager = {.init_destination = start_block,
                                         .empty_output_buffer = flush_block,
                                         .term_destination = end_blocks},
                             .buffer = buffer};
  struct jpeg_compress_struct codec;
  memset(&codec, 0, sizeof codec);
  codec.err = install(&errors, message);
  if (setjmp(errors.failure)) {
    jpeg_destroy_compress(&codec);
    codec_free(buffer);
    return 0;
  }
  jpeg_create_compress(&codec);
  codec.dest = &destination.manager;
  codec.image_width = width;
  codec.image_height = height;
  codec.input_components = 3;
  codec.in_color_space = JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  // Full-resolution color: thin colored lines and text stay sharp.
  codec.comp_info[0].h_samp_factor = 1;
  codec.comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(&codec, TRUE);
  if (xmp) write_xmp(&codec, xmp);
  while (codec.next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)codec.next_scanline * width * 3);
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  return 1;
}
