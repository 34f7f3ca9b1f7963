// PNG, JPEG and WebP as plain functions over memory.
//
// Each function is complete in itself, but for those of animations: library handles are created and freed inside, errors
// come back as values, and the setjmp/longjmp that libpng and libjpeg ask for never leaves the C function that needs it.

#ifndef C_IMAGE_CODECS_H
#define C_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

enum { CODEC_MESSAGE_CAPACITY = 256 };

/// What went wrong, in the library's words, as a NUL-terminated string.
typedef struct {
  char text[CODEC_MESSAGE_CAPACITY];
} CodecMessage;

/// What an image's header says.
typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t is_gray;
} CodecHeader;

/// Encoded bytes, empty (all zero) at first, to be given back to `codec_free`.
typedef struct {
  uint8_t *_Nullable bytes;
  size_t count;
  size_t capacity;
} CodecBuffer;

// Each returns 1, or 0 with a message.
// `pixels` has room for width × height × 3 bytes, as the header of the same bytes says: interleaved RGB rows.
// `xmp` is a packet of XMP in UTF-8 that the file carries, NUL-terminated; none where it is NULL.

int codec_png_header(const uint8_t *bytes, size_t count, CodecHeader *header, CodecMessage *message);
int codec_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity, CodecMessage *message);
int codec_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, const char *_Nullable xmp,
                     CodecBuffer *buffer, CodecMessage *message);

int codec_jpeg_header(const uint8_t *bytes, size_t count, CodecHeader *header, CodecMessage *message);
int codec_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity, CodecMessage *message);
int codec_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality,
                      const char *_Nullable xmp, CodecBuffer *buffer, CodecMessage *message);

int codec_webp_header(const uint8_t *bytes, size_t count, CodecHeader *header, CodecMessage *message);
int codec_webp_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity, CodecMessage *message);
int codec_webp_encode(const uint8_t *pixels, uint32_t width, uint32_t height, const char *_Nullable xmp,
                      CodecBuffer *buffer, CodecMessage *message);

/// An animated WebP file that is being made, frame by frame.
typedef struct CodecAnimation CodecAnimation;

/// Starts a file of a size, to be played `loops` times (0: for ever), and to be given back to
/// `codec_webp_animation_free`; NULL with a message on failure.
CodecAnimation *_Nullable codec_webp_animation_begin(uint32_t width, uint32_t height, int loops,
                                                     CodecMessage *message);
int codec_webp_animation_add(CodecAnimation *animation, const uint8_t *pixels, int milliseconds,
                             CodecMessage *message);
int codec_webp_animation_finish(CodecAnimation *animation, CodecBuffer *buffer, CodecMessage *message);
void codec_webp_animation_free(CodecAnimation *animation);

void codec_free(CodecBuffer *buffer);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
