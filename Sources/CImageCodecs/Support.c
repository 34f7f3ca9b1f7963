#include "Support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int codec_fail(CodecMessage *message, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message->text, sizeof message->text, format, arguments);
  va_end(arguments);
  return 0;
}

int codec_fits(uint32_t width, uint32_t height, size_t capacity) {
  return width > 0 && height > 0 && (uint64_t)width * height <= UINT64_MAX / 3
         && (uint64_t)width * height * 3 == capacity;
}

int codec_append(CodecBuffer *buffer, const uint8_t *bytes, size_t count) {
  if (count > buffer->capacity - buffer->count) {
    if (count > SIZE_MAX / 4 || buffer->count > SIZE_MAX / 4) {
      return 0;
    }
    const size_t capacity = 2 * (buffer->count + count);
    uint8_t *grown = realloc(buffer->bytes, capacity);
    if (!grown) {
      return 0;
    }
    buffer->bytes = grown;
    buffer->capacity = capacity;
  }
  memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
  return 1;
}

void codec_free(CodecBuffer *buffer) {
  free(buffer->bytes);
  *buffer = (CodecBuffer){NULL, 0, 0};
}
