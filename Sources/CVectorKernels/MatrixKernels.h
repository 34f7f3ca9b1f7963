// Matrix products in single precision. Included once for each width of vectors, which `VECTOR_NAME` tells apart.
//
// An element of the result is the sum of the sums over blocks of `BLOCK_INNER` products, each added up in order. So its bytes depend
// on its row and its column alone: not on how many rows there are, nor on who computes them.
//
// Settings: `MATRIX_LANES` elements a vector and `MATRIX_ROWS` rows a tile, whose sums fill the registers.

typedef float MatrixVector __attribute__((vector_size(4 * MATRIX_LANES), aligned(4)));

enum { TILE_COLUMNS = 2 * MATRIX_LANES, BLOCK_INNER = 256, BLOCK_ROWS = 240 / MATRIX_ROWS * MATRIX_ROWS };

size_t VECTOR_NAME(matrix_panel_width)(void) { return TILE_COLUMNS; }

// Copies panels of the right operand, so that each lies in memory as it is read: all columns of a panel, one inner index after
// another. The columns that the last one lacks are zeros.
void VECTOR_NAME(matrix_pack)(const MatrixOperand *right, float *packed, size_t first_panel, size_t end_panel) {
  for (size_t panel = first_panel; panel < end_panel; ++panel) {
    const size_t first = panel * TILE_COLUMNS;
    const size_t count = right->columns - first < TILE_COLUMNS ? right->columns - first : TILE_COLUMNS;
    const float *source = right->address + first * right->column_stride;
    float *target = packed + panel * right->rows * TILE_COLUMNS;
    if (right->column_stride == 1 && count == TILE_COLUMNS) {
      for (size_t k = 0; k < right->rows; ++k) {
        memcpy(target + k * TILE_COLUMNS, source + k * right->row_stride, TILE_COLUMNS * sizeof(float));
      }
      continue;
    }
    // In squares, so that both sides stay in the cache whichever of them is walked across.
    for (size_t start = 0; start < right->rows; start += TILE_COLUMNS) {
      const size_t end = start + TILE_COLUMNS < right->rows ? start + TILE_COLUMNS : right->rows;
      for (size_t column = 0; column < count; ++column) {
        for (size_t k = start; k < end; ++k) {
          target[k * TILE_COLUMNS + column] = source[k * right->row_stride + column * right->column_stride];
        }
      }
      for (size_t k = start; k < end; ++k) {
        for (size_t column = count; column < TILE_COLUMNS; ++column) target[k * TILE_COLUMNS + column] = 0.0f;
      }
    }
  }
}

// One tile over one block: `rows` rows and two vectors of columns. `base` is what the sums are added to, with `base_stride` from row
// to row; zeros where it is NULL.
static inline __attribute__((always_inline)) void matrix_tile(
    size_t rows, const float *left, size_t row_stride, size_t inner_stride, const float *panel,
    const float *next_panel, size_t inner, const float *base, size_t base_stride, float *result,
    size_t result_stride) {
  MatrixVector sums[MATRIX_ROWS][2];
#pragma clang loop unroll(full)
  for (size_t row = 0; row < rows; ++row) sums[row][0] = sums[row][1] = (MatrixVector){0};
#pragma clang loop unroll_count(2)
  for (size_t k = 0; k < inner; ++k) {
    const MatrixVector first = *(const MatrixVector *)(panel + k * TILE_COLUMNS);
    const MatrixVector second = *(const MatrixVector *)(panel + k * TILE_COLUMNS + MATRIX_LANES);
    __builtin_prefetch(next_panel + k * TILE_COLUMNS);
    if (TILE_COLUMNS > 16) __builtin_prefetch(next_panel + k * TILE_COLUMNS + 16);
#pragma clang loop unroll(full)
    for (size_t row = 0; row < rows; ++row) {
      const float factor = left[row * row_stride + k * inner_stride];
      sums[row][0] = factor * first + sums[row][0];
      sums[row][1] = factor * second + sums[row][1];
    }
  }
#pragma clang loop unroll(full)
  for (size_t row = 0; row < rows; ++row) {
    MatrixVector *target = (MatrixVector *)(result + row * result_stride);
    if (base) {
      const MatrixVector *from = (const MatrixVector *)(base + row * base_stride);
      sums[row][0] += from[0];
      sums[row][1] += from[1];
    }
    target[0] = sums[row][0];
    target[1] = sums[row][1];
  }
}

#define MATRIX_CASE(count)                                                                                    \
  case count:                                                                                                 \
    matrix_tile(                                                                                              \
        count, left, row_stride, inner_stride, panel, next_panel, inner, base, base_stride, result,           \
        result_stride);                                                                                       \
    return;

// The tile of the rows that the last one of a block has.
static void matrix_any_tile(
    size_t rows, const float *left, size_t row_stride, size_t inner_stride, const float *panel,
    const float *next_panel, size_t inner, const float *base, size_t base_stride, float *result,
    size_t result_stride) {
  switch (rows) {
    MATRIX_CASE(1) MATRIX_CASE(2) MATRIX_CASE(3)
#if MATRIX_ROWS > 4
    MATRIX_CASE(4) MATRIX_CASE(5)
#endif
#if MATRIX_ROWS > 6
    MATRIX_CASE(6) MATRIX_CASE(7) MATRIX_CASE(8) MATRIX_CASE(9) MATRIX_CASE(10) MATRIX_CASE(11)
    MATRIX_CASE(12) MATRIX_CASE(13)
#endif
  default:
    MATRIX_CASE(MATRIX_ROWS)
  }
}
#undef MATRIX_CASE

static void matrix_pack_left(
    const float *left, size_t row_stride, size_t inner_stride, size_t rows, size_t inner, float *packed) {
  for (size_t first = 0; first < rows; first += MATRIX_ROWS) {
    const size_t count = rows - first < MATRIX_ROWS ? rows - first : MATRIX_ROWS;
    const float *source = left + first * row_stride;
    for (size_t row = 0; row < count; ++row) {
      for (size_t k = 0; k < inner; ++k) {
        packed[k * MATRIX_ROWS + row] = source[row * row_stride + k * inner_stride];
      }
    }
    packed += inner * MATRIX_ROWS;
  }
}

// One block of rows and of the inner axis with one panel. Where the left operand is not packed, `packed_left` is NULL.
static void matrix_block(
    const PackedProduct *product, size_t first_row, size_t rows, size_t first_inner, size_t inner,
    size_t panel_index, const float *packed_left) {
  const size_t first_column = panel_index * TILE_COLUMNS;
  const size_t columns =
      product->columns - first_column < TILE_COLUMNS ? product->columns - first_column : TILE_COLUMNS;
  const float *panel = product->right + (panel_index * product->inner + first_inner) * TILE_COLUMNS;
  const float *next_panel = panel + product->inner * TILE_COLUMNS;
  float edge[MATRIX_ROWS * TILE_COLUMNS] __attribute__((aligned(64)));
  for (size_t row = 0; row < rows; row += MATRIX_ROWS) {
    const size_t count = rows - row < MATRIX_ROWS ? rows - row : MATRIX_ROWS;
    float *result = product->result + (first_row + row) * product->result_stride + first_column;
    // The first block starts from the bias, the others go on from what is there.
    const float *base = first_inner ? result : product->bias ? product->bias + first_column : NULL;
    size_t base_stride = first_inner ? product->result_stride : 0;
    float *target = result;
    size_t target_stride = product->result_stride;
    if (columns < TILE_COLUMNS) {
      for (size_t i = 0; base && i < count; ++i) {
        memcpy(edge + i * TILE_COLUMNS, base + i * base_stride, columns * sizeof(float));
      }
      if (base) base = edge, base_stride = TILE_COLUMNS;
      target = edge, target_stride = TILE_COLUMNS;
    }
    if (packed_left) {
      const float *left = packed_left + row * inner;
      if (count == MATRIX_ROWS) {
        matrix_tile(
            MATRIX_ROWS, left, 1, MATRIX_ROWS, panel, next_panel, inner, base, base_stride, target, target_stride);
      } else {
        matrix_any_tile(
            count, left, 1, MATRIX_ROWS, panel, next_panel, inner, base, base_stride, target, target_stride);
      }
    } else {
      const float *left = product->left + (first_row + row) * product->left_row_stride +
          first_inner * product->left_inner_stride;
      matrix_any_tile(
          count, left, product->left_row_stride, product->left_inner_stride, panel, next_panel, inner, base,
          base_stride, target, target_stride);
    }
    for (size_t i = 0; columns < TILE_COLUMNS && i < count; ++i) {
      memcpy(result + i * product->result_stride, edge + i * TILE_COLUMNS, columns * sizeof(float));
    }
  }
}

void VECTOR_NAME(matrix_multiply)(
    const PackedProduct *product, size_t first_row, size_t end_row, size_t first_panel, size_t end_panel) {
  const size_t rows = end_row - first_row;
  float *packed = NULL;
  if (rows > MATRIX_ROWS) packed = aligned_alloc(64, BLOCK_ROWS * BLOCK_INNER * sizeof(float));
  if (!packed) {
    // Few rows: each panel is read once, from its beginning to its end.
    for (size_t row = first_row; row < end_row; row += MATRIX_ROWS) {
      const size_t count = end_row - row < MATRIX_ROWS ? end_row - row : MATRIX_ROWS;
      for (size_t panel = first_panel; panel < end_panel; ++panel) {
        for (size_t k = 0; k < product->inner; k += BLOCK_INNER) {
          const size_t inner = product->inner - k < BLOCK_INNER ? product->inner - k : BLOCK_INNER;
          matrix_block(product, row, count, k, inner, panel, NULL);
        }
      }
    }
    return;
  }
  // Blocks of about the same number of rows, in whole tiles.
  const size_t tiles = (rows + MATRIX_ROWS - 1) / MATRIX_ROWS;
  const size_t blocks = (tiles * MATRIX_ROWS + BLOCK_ROWS - 1) / BLOCK_ROWS;
  const size_t block_rows = (tiles + blocks - 1) / blocks * MATRIX_ROWS;
  for (size_t row = first_row; row < end_row; row += block_rows) {
    const size_t count = end_row - row < block_rows ? end_row - row : block_rows;
    for (size_t k = 0; k < product->inner; k += BLOCK_INNER) {
      const size_t inner = product->inner - k < BLOCK_INNER ? product->inner - k : BLOCK_INNER;
      matrix_pack_left(
          product->left + row * product->left_row_stride + k * product->left_inner_stride,
          product->left_row_stride, product->left_inner_stride, count, inner, packed);
      for (size_t panel = first_panel; panel < end_panel; ++panel) {
        matrix_block(product, row, count, k, inner, panel, packed);
      }
    }
  }
  free(packed);
}
