// What the three codecs share.

#ifndef SUPPORT_H
#define SUPPORT_H

#include "CImageCodecs.h"

/// Writes a message and returns 0, so that a failure is one statement.
__attribute__((format(printf, 2, 3)))
int codec_fail(CodecMessage *message, const char *format, ...);

/// Whether an RGB image of this size fills exactly `capacity` bytes.
int codec_fits(uint32_t width, uint32_t height, size_t capacity);

/// Appends to the buffer, which grows by doubling; returns 0 when memory runs out.
int codec_append(CodecBuffer *buffer, const uint8_t *bytes, size_t count);

#endif
