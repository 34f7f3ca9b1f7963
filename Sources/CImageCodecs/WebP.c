#include "Support.h"

#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

static const char *status_text(VP8StatusCode status) {
  switch (status) {
  case VP8_STATUS_OUT_OF_MEMORY: return "out of memory";
  case VP8_STATUS_BITSTREAM_ERROR: return "the compressed data are damaged";
  case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses a feature that libwebp does not support";
  case VP8_STATUS_NOT_ENOUGH_DATA: return "the file ends too early";
  default: return "libwebp refused it";
  }
}

int codec_webp_header(const uint8_t *bytes, size_t count, CodecHeader *header, CodecMessage *message) {
  WebPBitstreamFeatures features;
  const VP8StatusCode status = WebPGetFeatures(bytes, count, &features);
  if (status != VP8_STATUS_OK) {
    return codec_fail(message, "%s", status_text(status));
  }
  if (features.has_animation) {
    return codec_fail(message, "it is animated; only still images are read");
  }
  if (features.width <= 0 || features.height <= 0) {
    return codec_fail(message, "it has no pixels");
  }
  header->width = (uint32_t)features.width;
  header->height = (uint32_t)features.height;
  header->is_gray = 0;
  return 1;
}

int codec_webp_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity, CodecMessage *message) {
  CodecHeader header;
  WebPDecoderConfig config;
  if (!codec_webp_header(bytes, count, &header, message)) {
    return 0;
  }
  if (!codec_fits(header.width, header.height, capacity) || !WebPInitDecoderConfig(&config)) {
    return codec_fail(message, "libwebp refused it");
  }
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels;
  config.output.u.RGBA.stride = (int)header.width * 3;
  config.output.u.RGBA.size = capacity;
  const VP8StatusCode status = WebPDecode(bytes, count, &config);
  WebPFreeDecBuffer(&config.output);
  return status == VP8_STATUS_OK ? 1 : codec_fail(message, "%s", status_text(status));
}

// Puts a file together anew with a chunk of XMP in it.
static int append_with_xmp(const uint8_t *bytes, size_t count, const char *xmp, CodecBuffer *buffer) {
  const WebPData file = {bytes, count}, chunk = {(const uint8_t *)xmp, strlen(xmp)};
  WebPData assembled = {NULL, 0};
  WebPMux *mux = WebPMuxCreate(&file, 0);
  const int done = mux && WebPMuxSetChunk(mux, "XMP ", &chunk, 0) == WEBP_MUX_OK &&
                   WebPMuxAssemble(mux, &assembled) == WEBP_MUX_OK &&
                   codec_append(buffer, assembled.bytes, assembled.size);
  WebPDataClear(&assembled);
  WebPMuxDelete(mux);
  return done;
}

int codec_webp_encode(const uint8_t *pixels, uint32_t width, uint32_t height, const char *xmp, CodecBuffer *buffer,
                      CodecMessage *message) {
  if (width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION) {
    return codec_fail(message, "a WebP image has at most %d pixels on a side", WEBP_MAX_DIMENSION);
  }
  uint8_t *bytes = NULL;
  const size_t count = WebPEncodeLosslessRGB(pixels, (int)width, (int)height, (int)width * 3, &bytes);
  const int appended = count > 0 && (xmp ? append_with_xmp(bytes, count, xmp, buffer) : codec_append(buffer, bytes, count));
  WebPFree(bytes);
  return appended ? 1 : codec_fail(message, "out of memory");
}
