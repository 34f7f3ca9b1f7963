// Straight-line programs over the elements of tensors, run block by block, in the widest vectors that the processor has.
#ifndef C_VECTOR_KERNELS_H
#define C_VECTOR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// What an instruction computes of its operands a and b and its parameters α and β.
typedef enum {
  VECTOR_AFFINE,      ///< α · a + β
  VECTOR_SQUARE,      ///< a²
  VECTOR_CUBE,        ///< a³
  VECTOR_RECIPROCAL,  ///< α / a
  VECTOR_SQUARE_ROOT, ///< √a
  VECTOR_ABSOLUTE,    ///< |a|
  VECTOR_EXPONENTIAL, ///< eᵃ
  VECTOR_LOGARITHM,   ///< ln a
  VECTOR_LOGISTIC,    ///< 1 / (1 + e⁻ᵃ)
  VECTOR_TANGENT,     ///< tanh a
  VECTOR_ERROR,       ///< erf a
  VECTOR_RECTIFIED,   ///< a where a > 0, else 0
  VECTOR_LEAKY,       ///< a where a > 0, else α · a
  VECTOR_CLIPPED,     ///< min(max(a, α), β)
  VECTOR_STEP,        ///< 1 where a > 0, else 0
  VECTOR_SIGN,        ///< −1, 0 or 1
  VECTOR_ADD,         ///< a + b
  VECTOR_SUBTRACT,    ///< a − b
  VECTOR_MULTIPLY,    ///< a · b
  VECTOR_DIVIDE,      ///< a / b
  VECTOR_MAXIMUM,     ///< the larger of a and b
  VECTOR_MINIMUM,     ///< the smaller of a and b
  VECTOR_GATE,        ///< a where α < b < β, else 0
  VECTOR_EQUAL,       ///< 1 where a = b, else 0
  VECTOR_GREATER,     ///< 1 where a > b, else 0
  VECTOR_AT_LEAST,    ///< 1 where a ≥ b, else 0
  VECTOR_CODE_COUNT
} VectorCode;

/// One instruction. Slots are the program's operands, then its registers; the last instruction writes the result, whatever
/// its destination.
typedef struct {
  uint8_t code;
  uint8_t destination;
  uint8_t first;
  uint8_t second;
  float alpha;
  float beta;
} VectorInstruction;

/// The format of elements in memory; all are computed with in single precision.
typedef enum { VECTOR_SINGLE, VECTOR_BRAIN_FLOAT } VectorType;

/// Where an operand's elements lie: one after another as the result's do where `axis_count` is 0, else along axes of which
/// the last is walked first.
typedef struct {
  const void *address;
  VectorType type;
  size_t axis_count;
  const size_t *extents;
  const size_t *strides;
} VectorOperand;

/// A program and what it is applied to. At most `VECTOR_MAXIMUM_SLOTS` operands and registers together.
typedef struct {
  const VectorInstruction *instructions;
  size_t instruction_count;
  const VectorOperand *operands;
  size_t operand_count;
  size_t register_count;
  /// Of what `vector_run` computes; sums are in single precision.
  VectorType result_type;
} VectorProgram;

enum { VECTOR_MAXIMUM_SLOTS = 100, VECTOR_BLOCK = 1024 };

/// How wide the vectors are.
typedef enum { VECTOR_LEVEL_PORTABLE, VECTOR_LEVEL_AVX2, VECTOR_LEVEL_AVX512 } VectorLevel;

/// The widest vectors that this processor has.
VectorLevel vector_level(void);

/// Computes the elements from `start` on, `count` of them, into `result + start`. The result may be one of the operands
/// that lie as it does.
void vector_run(VectorLevel level, const VectorProgram *program, void *result, size_t start, size_t count);

/// Adds up rows of `length` elements that follow one another: `scale` · Σ of each row from `start` on.
void vector_sum_rows(
    VectorLevel level, const VectorProgram *program, float *result, size_t start, size_t count, size_t length,
    double scale);

/// Adds `count` rows of `length` elements, from the element `start` on, to `length` sums.
void vector_sum_columns(
    VectorLevel level, const VectorProgram *program, double *sums, size_t start, size_t count, size_t length);

/// A matrix wherever its elements lie.
typedef struct {
  const float *address;
  size_t rows;
  size_t columns;
  size_t row_stride;
  size_t column_stride;
} MatrixOperand;

/// The product of a left matrix of any strides and a packed right one, plus a bias for each column where there is one.
typedef struct {
  const float *left;
  size_t left_row_stride;
  size_t left_inner_stride;
  /// What `matrix_pack` wrote.
  const float *right;
  const float *bias;
  float *result;
  size_t result_stride;
  size_t inner;
  size_t columns;
} PackedProduct;

/// How many columns a panel of a packed matrix has.
size_t matrix_panel_width(VectorLevel level);

/// Packs the panels from `first_panel` to before `end_panel` of a right matrix: `rows` × panel width elements each.
void matrix_pack(
    VectorLevel level, const MatrixOperand *right, float *packed, size_t first_panel, size_t end_panel);

/// Computes the rows and panels of columns in these ranges. The bytes of an element depend on its row, its column, their length and
/// the level alone.
void matrix_multiply(
    VectorLevel level, const PackedProduct *product, size_t first_row, size_t end_row, size_t first_panel,
    size_t end_panel);

/// How far apart elements lie: the images of a batch, neighboring places, and blocks of as many channels as there are lanes, which are
/// neighbors. A row of places follows the one before.
typedef struct {
  size_t image;
  size_t block;
  size_t pixel;
} WinogradStrides;

/// A convolution of 3×3 kernels with stride 1. The channels of both sides are multiples of the lanes, and the outputs of twice as many.
typedef struct {
  /// Extents of a side's tile: 2 or 4. A tile of 4×4 takes a quarter of the multiplications of the direct sum, one of 2×2 takes 4/9.
  size_t tile;
  size_t inputs;
  size_t outputs;
  size_t height;
  size_t width;
  /// How many rows and columns of zeros stand before the source.
  size_t top;
  size_t left;
  size_t output_height;
  size_t output_width;
  WinogradStrides source;
  WinogradStrides result;
} WinogradShape;

/// Kernels wherever they lie; the nine elements of one follow one another.
typedef struct {
  const float *address;
  size_t output_stride;
  size_t input_stride;
  /// Whether each kernel is read from its last element to its first, as the way back has it.
  int is_turned;
} WinogradWeights;

/// Where the results go, and what is done to them.
typedef struct {
  float *address;
  /// What is added to each output; NULL for nothing.
  const float *bias;
  /// Whether what is negative becomes 0.
  int rectifies;
} WinogradResult;

/// How many channels are neighbors in memory.
size_t winograd_lanes(VectorLevel level);

/// How many tiles are multiplied at a time: groups of fewer take as long.
size_t winograd_rows(VectorLevel level);

/// The elements of the transformed kernels.
size_t winograd_kernel_count(VectorLevel level, const WinogradShape *shape);

/// The elements that some tiles take between the steps.
size_t winograd_scratch_count(VectorLevel level, const WinogradShape *shape, size_t tiles);

/// Transforms the kernels of panels of outputs, each twice as wide as there are lanes.
void winograd_pack(
    VectorLevel level, const WinogradShape *shape, const WinogradWeights *weights, float *packed,
    size_t first_panel, size_t end_panel);

/// Transforms the source of some tiles, counted over the whole batch, for blocks of channels as wide as there are lanes.
void winograd_transform_source(
    VectorLevel level, const WinogradShape *shape, const float *source, float *scratch, size_t first_tile,
    size_t tiles, size_t first_block, size_t end_block);

/// Multiplies transformed tiles by transformed kernels.
void winograd_multiply(
    VectorLevel level, const WinogradShape *shape, const float *packed, float *scratch, size_t tiles,
    size_t first_panel, size_t end_panel);

/// Transforms products into results.
void winograd_transform_result(
    VectorLevel level, const WinogradShape *shape, const float *scratch, const WinogradResult *result,
    size_t first_tile, size_t tiles, size_t first_panel, size_t end_panel);

#endif
