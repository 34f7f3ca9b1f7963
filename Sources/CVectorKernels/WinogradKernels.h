// Convolutions of 3×3 kernels with stride 1 by Winograd's algorithm, F(4×4, 3×3) and F(2×2, 3×3). Included once for each width of
// vectors, which `VECTOR_NAME` tells apart.
//
// Of source and destination `WINOGRAD_LANES` channels of a place are neighbors; the shape has the other strides.
//
// A tile of the destination is Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A. The matrices follow from polynomials' values at points (Toom and Cook):
// 0, ±√½, ±√2, ∞ for 4×4, which lose half a bit where the usual 0, ±1, ±2, ∞ lose two, and 0, ±1, ∞ for 2×2.
// The sets hold each point's reciprocal, so that the same transforms serve kernels that are turned around.
//
// An element depends on its tile's source and on the kernels alone, in one order of sums: not on how many tiles there are, nor on
// who computes them.

typedef float WinogradVector __attribute__((vector_size(4 * WINOGRAD_LANES), aligned(4)));
typedef int32_t WinogradMask __attribute__((vector_size(4 * WINOGRAD_LANES), aligned(4)));

enum {
  WINOGRAD_PANEL = 2 * WINOGRAD_LANES,
  WINOGRAD_DEPTH = 256,
  // Floats between planes, so that planes do not lie multiples of 4 KiB apart, where they would share lines of the cache.
  WINOGRAD_SKEW = 16,
  WINOGRAD_HIGHEST = 6
};

#define ROOT_HALF 0.70710678118654752f
#define ROOT_TWO 1.41421356237309505f

size_t VECTOR_NAME(winograd_lanes)(void) { return WINOGRAD_LANES; }

size_t VECTOR_NAME(winograd_rows)(void) { return WINOGRAD_ROWS; }

static inline size_t winograd_points(size_t tile) { return (tile + 2) * (tile + 2); }

static inline size_t winograd_groups(size_t tiles) { return (tiles + WINOGRAD_ROWS - 1) / WINOGRAD_ROWS; }

// Floats of one plane of transformed tiles, of `channels` each.
static inline size_t winograd_plane(size_t tiles, size_t channels) {
  return winograd_groups(tiles) * WINOGRAD_ROWS * channels + WINOGRAD_SKEW;
}

size_t VECTOR_NAME(winograd_kernel_count)(const WinogradShape *shape) {
  return winograd_points(shape->tile) * (shape->inputs * shape->outputs + WINOGRAD_SKEW);
}

size_t VECTOR_NAME(winograd_scratch_count)(const WinogradShape *shape, size_t tiles) {
  return winograd_points(shape->tile) *
      (winograd_plane(tiles, shape->inputs) + winograd_plane(tiles, shape->outputs));
}

// MARK: Kernels

// Where the kernels of a panel begin within a plane, from an input on: in the order in which they are multiplied, blocks of depth first.
static inline size_t winograd_kernel_offset(const WinogradShape *shape, size_t panel, size_t input) {
  const size_t start = input / WINOGRAD_DEPTH * WINOGRAD_DEPTH;
  const size_t depth = shape->inputs - start < WINOGRAD_DEPTH ? shape->inputs - start : WINOGRAD_DEPTH;
  return start * shape->outputs + (panel * depth + input - start) * WINOGRAD_PANEL;
}

// G applied to three values, or vectors of them.
#define WINOGRAD_KERNEL_4(type, r, g0, g1, g2)                                                                \
  do {                                                                                                        \
    const type even_a = (g0 + 0.5f * g2) * (1.0f / 1.5f), odd_a = g1 * (ROOT_HALF / 1.5f);                    \
    const type even_b = (g0 + 2.0f * g2) * (1.0f / 3.0f), odd_b = g1 * (ROOT_TWO / 3.0f);                     \
    (r)[0] = g0, (r)[1] = even_a + odd_a, (r)[2] = even_a - odd_a, (r)[3] = even_b + odd_b,                   \
    (r)[4] = even_b - odd_b, (r)[5] = g2;                                                                     \
  } while (0)
#define WINOGRAD_KERNEL_2(type, r, g0, g1, g2)                                                                \
  do {                                                                                                        \
    const type even = (g0 + g2) * 0.5f, odd = g1 * 0.5f;                                                      \
    (r)[0] = g0, (r)[1] = even + odd, (r)[2] = even - odd, (r)[3] = g2;                                       \
  } while (0)

void VECTOR_NAME(winograd_pack)(
    const WinogradShape *shape, const WinogradWeights *weights, float *packed, size_t first_panel,
    size_t end_panel) {
  const size_t size = shape->tile + 2, count = shape->inputs * shape->outputs, plane = count + WINOGRAD_SKEW;
  // Kernels that are packed alike are the same bytes, gaps included.
  for (size_t point = 0; first_panel == 0 && point < size * size; ++point) {
    for (size_t index = count; index < plane; ++index) packed[point * plane + index] = 0;
  }
  for (size_t panel = first_panel; panel < end_panel; ++panel) {
    for (size_t input = 0; input < shape->inputs; ++input) {
      for (size_t half = 0; half < 2; ++half) {
        const size_t output = panel * WINOGRAD_PANEL + half * WINOGRAD_LANES;
        WinogradVector taps[9], rows[WINOGRAD_HIGHEST][3];
        const float *source =
            weights->address + output * weights->output_stride + input * weights->input_stride;
        for (size_t lane = 0; lane < WINOGRAD_LANES; ++lane) {
          for (size_t tap = 0; tap < 9; ++tap) {
            taps[tap][lane] = source[lane * weights->output_stride + (weights->is_turned ? 8 - tap : tap)];
          }
        }
        for (size_t column = 0; column < 3; ++column) {
          WinogradVector values[WINOGRAD_HIGHEST];
          if (size == 6) {
            WINOGRAD_KERNEL_4(WinogradVector, values, taps[column], taps[3 + column], taps[6 + column]);
          } else {
            WINOGRAD_KERNEL_2(WinogradVector, values, taps[column], taps[3 + column], taps[6 + column]);
          }
          for (size_t row = 0; row < size; ++row) rows[row][column] = values[row];
        }
        float *target = packed + winograd_kernel_offset(shape, panel, input) + half * WINOGRAD_LANES;
        for (size_t row = 0; row < size; ++row) {
          WinogradVector values[WINOGRAD_HIGHEST];
          if (size == 6) {
            WINOGRAD_KERNEL_4(WinogradVector, values, rows[row][0], rows[row][1], rows[row][2]);
          } else {
            WINOGRAD_KERNEL_2(WinogradVector, values, rows[row][0], rows[row][1], rows[row][2]);
          }
          for (size_t column = 0; column < size; ++column) {
            *(WinogradVector *)(target + (row * size + column) * plane) = values[column];
          }
        }
      }
    }
  }
}

// MARK: Source

// Bᵀ applied to vectors a stride apart.
static inline __attribute__((always_inline)) void winograd_source_4(const WinogradVector *d, size_t stride, WinogradVector *r) {
  const WinogradVector d0 = d[0], d1 = d[stride], d2 = d[2 * stride], d3 = d[3 * stride], d4 = d[4 * stride],
                       d5 = d[5 * stride];
  const WinogradVector even_a = d4 - 2.0f * d2, odd_a = ROOT_HALF * d3 - ROOT_TWO * d1;
  const WinogradVector even_b = d4 - 0.5f * d2, odd_b = ROOT_TWO * d3 - ROOT_HALF * d1;
  r[0] = d0 + d4 - 2.5f * d2;
  r[1] = even_a + odd_a;
  r[2] = even_a - odd_a;
  r[3] = even_b + odd_b;
  r[4] = even_b - odd_b;
  r[5] = d1 + d5 - 2.5f * d3;
}

static inline __attribute__((always_inline)) void winograd_source_2(const WinogradVector *d, size_t stride, WinogradVector *r) {
  const WinogradVector d0 = d[0], d1 = d[stride], d2 = d[2 * stride], d3 = d[3 * stride];
  r[0] = d0 - d2;
  r[1] = d2 + d1;
  r[2] = d2 - d1;
  r[3] = d3 - d1;
}

// One tile of one block of channels: its source's rows and columns from `y` and `x` on, zeros beyond the edges.
static inline __attribute__((always_inline)) void winograd_source_tile(
    size_t size, const float *source, long y, long x, long height, long width, long pixel, float *target,
    size_t plane) {
  WinogradVector values[WINOGRAD_HIGHEST * WINOGRAD_HIGHEST], columns[WINOGRAD_HIGHEST * WINOGRAD_HIGHEST];
  if (y >= 0 && x >= 0 && y + (long)size <= height && x + (long)size <= width) {
    const float *from = source + (y * width + x) * pixel;
    for (size_t row = 0; row < size; ++row) {
      for (size_t column = 0; column < size; ++column) {
        values[row * size + column] = *(const WinogradVector *)(from + (row * width + column) * pixel);
      }
    }
  } else {
    for (size_t row = 0; row < size; ++row) {
      const long from_y = y + (long)row;
      for (size_t column = 0; column < size; ++column) {
        const long from_x = x + (long)column;
        const int is_inside = from_y >= 0 && from_y < height && from_x >= 0 && from_x < width;
        values[row * size + column] = is_inside
            ? *(const WinogradVector *)(source + (from_y * width + from_x) * pixel)
            : (WinogradVector){0};
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t column = 0; column < size; ++column) {
    WinogradVector transformed[WINOGRAD_HIGHEST];
    if (size == 6) winograd_source_4(values + column, size, transformed);
    else winograd_source_2(values + column, size, transformed);
    for (size_t row = 0; row < size; ++row) columns[row * size + column] = transformed[row];
  }
#pragma clang loop unroll(full)
  for (size_t row = 0; row < size; ++row) {
    WinogradVector transformed[WINOGRAD_HIGHEST];
    if (size == 6) winograd_source_4(columns + row * size, 1, transformed);
    else winograd_source_2(columns + row * size, 1, transformed);
    for (size_t column = 0; column < size; ++column) {
      *(WinogradVector *)(target + (row * size + column) * plane) = transformed[column];
    }
  }
}

typedef struct {
  size_t image, y, x;
} WinogradTile;

static inline WinogradTile winograd_tile(const WinogradShape *shape, size_t index) {
  const size_t across = (shape->output_width + shape->tile - 1) / shape->tile;
  const size_t down = (shape->output_height + shape->tile - 1) / shape->tile;
  return (WinogradTile){
      index / (across * down), index / across % down * shape->tile, index % across * shape->tile};
}

static inline __attribute__((always_inline)) void winograd_transform(
    size_t size, const WinogradShape *shape, const float *source, float *scratch, size_t first_tile,
    size_t tiles, size_t first_block, size_t end_block) {
  const size_t blocks = shape->inputs / WINOGRAD_LANES, plane = winograd_plane(tiles, shape->inputs);
  const WinogradStrides strides = shape->source;
  for (size_t group = 0; group < winograd_groups(tiles); ++group) {
    const size_t start = group * WINOGRAD_ROWS;
    const size_t count = tiles - start < WINOGRAD_ROWS ? tiles - start : WINOGRAD_ROWS;
    for (size_t block = first_block; block < end_block; ++block) {
      float *target = scratch + (group * blocks + block) * WINOGRAD_ROWS * WINOGRAD_LANES;
      for (size_t row = 0; row < count; ++row) {
        const WinogradTile tile = winograd_tile(shape, first_tile + start + row);
        winograd_source_tile(
            size, source + tile.image * strides.image + block * strides.block, (long)tile.y - (long)shape->top,
            (long)tile.x - (long)shape->left, (long)shape->height, (long)shape->width, (long)strides.pixel,
            target + row * WINOGRAD_LANES, plane);
      }
    }
  }
}

void VECTOR_NAME(winograd_transform_source)(
    const WinogradShape *shape, const float *source, float *scratch, size_t first_tile, size_t tiles,
    size_t first_block, size_t end_block) {
  if (shape->tile == 4) {
    winograd_transform(6, shape, source, scratch, first_tile, tiles, first_block, end_block);
  } else {
    winograd_transform(4, shape, source, scratch, first_tile, tiles, first_block, end_block);
  }
}

// MARK: Products

// Some rows of one group of tiles with one panel of kernels, over a part of the depth.
static inline __attribute__((always_inline)) void winograd_product_rows(
    size_t rows, const float *left, const float *panel, const float *next_panel, size_t depth, int continues,
    float *result) {
  WinogradVector sums[WINOGRAD_ROWS][2];
#pragma clang loop unroll(full)
  for (size_t row = 0; row < rows; ++row) sums[row][0] = sums[row][1] = (WinogradVector){0};
  for (size_t block = 0; block < depth; block += WINOGRAD_LANES) {
#pragma clang loop unroll_count(4)
    for (size_t k = 0; k < WINOGRAD_LANES; ++k) {
      const WinogradVector first = *(const WinogradVector *)(panel + k * WINOGRAD_PANEL);
      const WinogradVector second = *(const WinogradVector *)(panel + k * WINOGRAD_PANEL + WINOGRAD_LANES);
      __builtin_prefetch(next_panel + k * WINOGRAD_PANEL);
      if (WINOGRAD_PANEL > 16) __builtin_prefetch(next_panel + k * WINOGRAD_PANEL + 16);
#pragma clang loop unroll(full)
      for (size_t row = 0; row < rows; ++row) {
        const float factor = left[row * WINOGRAD_LANES + k];
        sums[row][0] = factor * first + sums[row][0];
        sums[row][1] = factor * second + sums[row][1];
      }
    }
    left += WINOGRAD_ROWS * WINOGRAD_LANES;
    panel += WINOGRAD_LANES * WINOGRAD_PANEL;
    next_panel += WINOGRAD_LANES * WINOGRAD_PANEL;
  }
#pragma clang loop unroll(full)
  for (size_t row = 0; row < rows; ++row) {
    WinogradVector *target = (WinogradVector *)(result + row * WINOGRAD_PANEL);
    if (continues) {
      sums[row][0] += target[0];
      sums[row][1] += target[1];
    }
    target[0] = sums[row][0];
    target[1] = sums[row][1];
  }
}

#define WINOGRAD_CASE(count)                                                                                  \
  case count: winograd_product_rows(count, left, panel, next_panel, depth, continues, result); return;

static void winograd_product_few(
    size_t rows, const float *left, const float *panel, const float *next_panel, size_t depth, int continues,
    float *result) {
  switch (rows) {
    WINOGRAD_CASE(1) WINOGRAD_CASE(2) WINOGRAD_CASE(3)
#if WINOGRAD_ROWS > 4
    WINOGRAD_CASE(4) WINOGRAD_CASE(5)
#endif
#if WINOGRAD_ROWS > 6
    WINOGRAD_CASE(6) WINOGRAD_CASE(7) WINOGRAD_CASE(8) WINOGRAD_CASE(9) WINOGRAD_CASE(10) WINOGRAD_CASE(11)
    WINOGRAD_CASE(12) WINOGRAD_CASE(13)
#endif
  default:
    WINOGRAD_CASE(WINOGRAD_ROWS)
  }
}
#undef WINOGRAD_CASE

void VECTOR_NAME(winograd_multiply)(
    const WinogradShape *shape, const float *packed, float *scratch, size_t tiles, size_t first_panel,
    size_t end_panel) {
  const size_t points = winograd_points(shape->tile), inputs = shape->inputs;
  const size_t source_plane = winograd_plane(tiles, inputs), plane = winograd_plane(tiles, shape->outputs);
  const size_t kernel_plane = inputs * shape->outputs + WINOGRAD_SKEW;
  const size_t groups = winograd_groups(tiles);
  for (size_t point = 0; point < points; ++point) {
    const float *source = scratch + point * source_plane;
    float *result = scratch + points * source_plane + point * plane;
    for (size_t start = 0; start < inputs; start += WINOGRAD_DEPTH) {
      const size_t depth = inputs - start < WINOGRAD_DEPTH ? inputs - start : WINOGRAD_DEPTH;
      for (size_t panel = first_panel; panel < end_panel; ++panel) {
        const float *kernel = packed + point * kernel_plane + winograd_kernel_offset(shape, panel, start);
        const float *next = kernel + depth * WINOGRAD_PANEL;
        for (size_t group = 0; group < groups; ++group) {
          const size_t first = group * WINOGRAD_ROWS;
          const size_t rows = tiles - first < WINOGRAD_ROWS ? tiles - first : WINOGRAD_ROWS;
          const float *left = source + (group * inputs + start) * WINOGRAD_ROWS;
          float *target = result + (panel * groups * WINOGRAD_ROWS + first) * WINOGRAD_PANEL;
          if (rows == WINOGRAD_ROWS) {
            winograd_product_rows(WINOGRAD_ROWS, left, kernel, next, depth, start > 0, target);
          } else {
            winograd_product_few(rows, left, kernel, next, depth, start > 0, target);
          }
        }
      }
    }
  }
}

// MARK: Destination

// Aᵀ applied to vectors a stride apart. The signs and halves undo those that `winograd_pack` left at the points ±√½ and ±√2.
static inline __attribute__((always_inline)) void winograd_result_4(const WinogradVector *m, size_t stride, WinogradVector *r) {
  const WinogradVector even_a = m[stride] + m[2 * stride], odd_a = m[stride] - m[2 * stride];
  const WinogradVector even_b = m[3 * stride] + m[4 * stride], odd_b = m[3 * stride] - m[4 * stride];
  r[0] = m[0] + (0.5f * even_b - even_a);
  r[1] = 0.5f * ROOT_TWO * odd_b - ROOT_HALF * odd_a;
  r[2] = even_b - 0.5f * even_a;
  r[3] = m[5 * stride] + (ROOT_TWO * odd_b - 0.5f * ROOT_HALF * odd_a);
}

static inline __attribute__((always_inline)) void winograd_result_2(const WinogradVector *m, size_t stride, WinogradVector *r) {
  r[0] = m[0] + (m[stride] + m[2 * stride]);
  r[1] = m[3 * stride] + (m[stride] - m[2 * stride]);
}

static inline __attribute__((always_inline)) void winograd_result(
    size_t tile_size, const WinogradShape *shape, const float *scratch, const WinogradResult *result,
    size_t first_tile, size_t tiles, size_t first_panel, size_t end_panel) {
  const size_t size = tile_size + 2;
  const WinogradStrides strides = shape->result;
  const size_t plane = winograd_plane(tiles, shape->outputs), groups = winograd_groups(tiles);
  const float *products = scratch + size * size * winograd_plane(tiles, shape->inputs);
  const size_t height = shape->output_height, width = shape->output_width;
  for (size_t block = 2 * first_panel; block < 2 * end_panel; ++block) {
    const float *source =
        products + block / 2 * groups * WINOGRAD_ROWS * WINOGRAD_PANEL + block % 2 * WINOGRAD_LANES;
    WinogradVector bias = {0};
    if (result->bias) bias = *(const WinogradVector *)(result->bias + block * WINOGRAD_LANES);
    for (size_t index = 0; index < tiles; ++index) {
      const WinogradTile tile = winograd_tile(shape, first_tile + index);
      WinogradVector rows[4 * WINOGRAD_HIGHEST];
#pragma clang loop unroll(full)
      for (size_t column = 0; column < size; ++column) {
        WinogradVector values[WINOGRAD_HIGHEST], transformed[4];
        for (size_t row = 0; row < size; ++row) {
          values[row] =
              *(const WinogradVector *)(source + index * WINOGRAD_PANEL + (row * size + column) * plane);
        }
        if (size == 6) winograd_result_4(values, 1, transformed);
        else winograd_result_2(values, 1, transformed);
        for (size_t row = 0; row < tile_size; ++row) rows[row * size + column] = transformed[row];
      }
      float *target = result->address + tile.image * strides.image + block * strides.block +
          (tile.y * width + tile.x) * strides.pixel;
      const size_t last_row = height - tile.y < tile_size ? height - tile.y : tile_size;
      const size_t last_column = width - tile.x < tile_size ? width - tile.x : tile_size;
#pragma clang loop unroll(full)
      for (size_t row = 0; row < tile_size; ++row) {
        WinogradVector values[4];
        if (size == 6) winograd_result_4(rows + row * size, 1, values);
        else winograd_result_2(rows + row * size, 1, values);
        if (row >= last_row) break;
        for (size_t column = 0; column < last_column; ++column) {
          WinogradVector value = values[column] + bias;
          if (result->rectifies) value = (WinogradVector)((WinogradMask)value & (WinogradMask)(value > 0.0f));
          *(WinogradVector *)(target + (row * width + column) * strides.pixel) = value;
        }
      }
    }
  }
}

void VECTOR_NAME(winograd_transform_result)(
    const WinogradShape *shape, const float *scratch, const WinogradResult *result, size_t first_tile,
    size_t tiles, size_t first_panel, size_t end_panel) {
  if (shape->tile == 4) {
    winograd_result(4, shape, scratch, result, first_tile, tiles, first_panel, end_panel);
  } else {
    winograd_result(2, shape, scratch, result, first_tile, tiles, first_panel, end_panel);
  }
}
