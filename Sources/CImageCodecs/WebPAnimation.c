#include "Support.h"

#include <stdlib.h>
#include <webp/encode.h>
#include <webp/mux.h>

struct CodecAnimation {
  WebPAnimEncoder *encoder;
  WebPConfig config;
  int width;
  int height;
  int timestamp;
};

CodecAnimation *codec_webp_animation_begin(uint32_t width, uint32_t height, int loops, CodecMessage *message) {
  if (width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION) {
    codec_fail(message, "a WebP image has at most %d pixels on a side", WEBP_MAX_DIMENSION);
    return NULL;
  }
  WebPAnimEncoderOptions options;
  CodecAnimation *animation = calloc(1, sizeof *animation);
  if (!animation || !WebPAnimEncoderOptionsInit(&options) || !WebPConfigInit(&animation->config)
      || !WebPConfigLosslessPreset(&animation->config, 3)) {
    free(animation);
    codec_fail(message, "libwebp refused it");
    return NULL;
  }
  options.anim_params.loop_count = loops;
  // The colors of pixels that a frame leaves as they are must not be touched.
  animation->config.exact = 1;
  animation->width = (int)width;
  animation->height = (int)height;
  animation->encoder = WebPAnimEncoderNew((int)width, (int)height, &options);
  if (!animation->encoder) {
    free(animation);
    codec_fail(message, "out of memory");
    return NULL;
  }
  return animation;
}

int codec_webp_animation_add(CodecAnimation *animation, const uint8_t *pixels, int milliseconds,
                             CodecMessage *message) {
  WebPPicture picture;
  if (!WebPPictureInit(&picture)) {
    return codec_fail(message, "libwebp refused it");
  }
  picture.use_argb = 1;
  picture.width = animation->width;
  picture.height = animation->height;
  const int added = WebPPictureImportRGB(&picture, pixels, animation->width * 3)
                    && WebPAnimEncoderAdd(animation->encoder, &picture, animation->timestamp, &animation->config);
  WebPPictureFree(&picture);
  if (!added) {
    return codec_fail(message, "%s", WebPAnimEncoderGetError(animation->encoder));
  }
  animation->timestamp += milliseconds;
  return 1;
}

int codec_webp_animation_finish(CodecAnimation *animation, CodecBuffer *buffer, CodecMessage *message) {
  WebPData data;
  WebPDataInit(&data);
  if (!WebPAnimEncoderAdd(animation->encoder, NULL, animation->timestamp, NULL)
      || !WebPAnimEncoderAssemble(animation->encoder, &data)) {
    WebPDataClear(&data);
    return codec_fail(message, "%s", WebPAnimEncoderGetError(animation->encoder));
  }
  const int appended = codec_append(buffer, data.bytes, data.size);
  WebPDataClear(&data);
  return appended ? 1 : codec_fail(message, "out of memory");
}

void codec_webp_animation_free(CodecAnimation *animation) {
  WebPAnimEncoderDelete(animation->encoder);
  free(animation);
}
