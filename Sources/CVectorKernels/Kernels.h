// The interpreter of programs. Included once for each width of vectors, which `VECTOR_NAME` tells apart.

#include "Functions.h"

// An operand may be the result itself, element for element, which does not keep a loop from being vectorized.
#define FOR_EACH(expression)                                                                                  \
  do {                                                                                                        \
    _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < count; ++i) {                       \
      float x = a[i];                                                                                         \
      result[i] = (expression);                                                                               \
    }                                                                                                         \
  } while (0)
#define FOR_EACH_PAIR(expression)                                                                             \
  do {                                                                                                        \
    _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < count; ++i) {                       \
      float x = a[i], y = b[i];                                                                               \
      result[i] = (expression);                                                                               \
    }                                                                                                         \
  } while (0)

static void run_instruction(
    const VectorInstruction *instruction, float *result, const float *a, const float *b, size_t count) {
  const float alpha = instruction->alpha, beta = instruction->beta;
  switch ((VectorCode)instruction->code) {
  case VECTOR_AFFINE: FOR_EACH(alpha * x + beta); break;
  case VECTOR_SQUARE: FOR_EACH(x * x); break;
  case VECTOR_CUBE: FOR_EACH(x * x * x); break;
  case VECTOR_RECIPROCAL: FOR_EACH(alpha / x); break;
  case VECTOR_SQUARE_ROOT: FOR_EACH(VECTOR_SQRT(x)); break;
  case VECTOR_ABSOLUTE: FOR_EACH(magnitude(x)); break;
  case VECTOR_EXPONENTIAL: FOR_EACH(exponential(x)); break;
  case VECTOR_LOGARITHM: FOR_EACH(natural_logarithm(x)); break;
  case VECTOR_LOGISTIC: FOR_EACH(logistic(x)); break;
  case VECTOR_TANGENT: FOR_EACH(hyperbolic_tangent(x)); break;
  case VECTOR_ERROR: FOR_EACH(error_function(x)); break;
  case VECTOR_RECTIFIED: FOR_EACH(x > 0.0f ? x : 0.0f); break;
  case VECTOR_LEAKY: FOR_EACH(x > 0.0f ? x : alpha * x); break;
  case VECTOR_CLIPPED: FOR_EACH((x < alpha ? alpha : x) > beta ? beta : (x < alpha ? alpha : x)); break;
  case VECTOR_STEP: FOR_EACH(x > 0.0f ? 1.0f : 0.0f); break;
  case VECTOR_SIGN: FOR_EACH(x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x); break;
  case VECTOR_ADD: FOR_EACH_PAIR(x + y); break;
  case VECTOR_SUBTRACT: FOR_EACH_PAIR(x - y); break;
  case VECTOR_MULTIPLY: FOR_EACH_PAIR(x * y); break;
  case VECTOR_DIVIDE: FOR_EACH_PAIR(x / y); break;
  case VECTOR_MAXIMUM: FOR_EACH_PAIR(x > y ? x : y); break;
  case VECTOR_MINIMUM: FOR_EACH_PAIR(x < y ? x : y); break;
  case VECTOR_GATE: FOR_EACH_PAIR(((y > alpha) & (y < beta)) ? x : 0.0f); break;
  case VECTOR_EQUAL: FOR_EACH_PAIR(x == y ? 1.0f : 0.0f); break;
  case VECTOR_GREATER: FOR_EACH_PAIR(x > y ? 1.0f : 0.0f); break;
  case VECTOR_AT_LEAST: FOR_EACH_PAIR(x >= y ? 1.0f : 0.0f); break;
  case VECTOR_CODE_COUNT: break;
  }
}

static inline float widened(uint16_t number) {
  uint32_t bits = (uint32_t)number << 16;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

// To the nearest, halves to even; what is not a number stays so.
static inline uint16_t narrowed(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  return (uint16_t)(number != number ? 0x7fc0u : rounded);
}

// Copies `count` elements that lie `stride` apart.
#define GATHER(type, value)                                                                                   \
  do {                                                                                                        \
    const type *source = (const type *)operand->address + offset;                                             \
    if (stride == 0) {                                                                                        \
      float x = value(source[0]);                                                                             \
      for (size_t i = 0; i < count; ++i) block[i] = x;                                                        \
    } else if (stride == 1) {                                                                                 \
      _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < count; ++i) {                     \
        block[i] = value(source[i]);                                                                          \
      }                                                                                                       \
    } else {                                                                                                  \
      for (size_t i = 0; i < count; ++i) block[i] = value(source[i * stride]);                                \
    }                                                                                                         \
  } while (0)

static void gather(float *block, const VectorOperand *operand, size_t offset, size_t stride, size_t count) {
  if (operand->type == VECTOR_BRAIN_FLOAT) {
    GATHER(uint16_t, widened);
  } else {
    GATHER(float, );
  }
}

static void narrow(uint16_t *result, const float *source, size_t count) {
  _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < count; ++i) {
    result[i] = narrowed(source[i]);
  }
}

// Copies elements of an operand that is repeated, or lies otherwise than the result, so that they lie as the result does.
static void expand(float *block, const VectorOperand *operand, size_t start, size_t count) {
  size_t positions[16];
  size_t axes = operand->axis_count;
  size_t source = 0;
  for (size_t axis = axes; axis-- > 0;) {
    positions[axis] = start % operand->extents[axis];
    start /= operand->extents[axis];
    source += positions[axis] * operand->strides[axis];
  }
  const size_t stride = operand->strides[axes - 1];
  while (count > 0) {
    size_t rest = operand->extents[axes - 1] - positions[axes - 1];
    size_t run = rest < count ? rest : count;
    gather(block, operand, source, stride, run);
    block += run;
    count -= run;
    source -= positions[axes - 1] * stride;
    positions[axes - 1] = 0;
    for (size_t axis = axes - 1; axis-- > 0;) {
      source += operand->strides[axis];
      if (++positions[axis] < operand->extents[axis]) break;
      source -= operand->extents[axis] * operand->strides[axis];
      positions[axis] = 0;
    }
  }
}

// Computes a block of at most `VECTOR_BLOCK` elements. `scratch` has a block for each register and operand.
static void run_block(
    const VectorProgram *program, float (*scratch)[VECTOR_BLOCK], float *result, size_t start, size_t count) {
  float *slots[VECTOR_MAXIMUM_SLOTS];
  for (size_t i = 0; i < program->operand_count; ++i) {
    const VectorOperand *operand = &program->operands[i];
    if (operand->axis_count == 0 && operand->type == VECTOR_BRAIN_FLOAT) {
      slots[i] = scratch[i];
      gather(scratch[i], operand, start, 1, count);
    } else if (operand->axis_count == 0) {
      slots[i] = (float *)operand->address + start;
    } else {
      slots[i] = scratch[i];
      expand(scratch[i], operand, start, count);
    }
  }
  for (size_t i = 0; i < program->register_count; ++i) {
    slots[program->operand_count + i] = scratch[program->operand_count + i];
  }
  for (size_t i = 0; i < program->instruction_count; ++i) {
    const VectorInstruction *instruction = &program->instructions[i];
    float *destination =
        i + 1 == program->instruction_count ? result : slots[instruction->destination];
    run_instruction(instruction, destination, slots[instruction->first], slots[instruction->second], count);
  }
}

void VECTOR_NAME(run)(const VectorProgram *program, void *result, size_t start, size_t count) {
  float scratch[program->operand_count + program->register_count][VECTOR_BLOCK];
  float results[VECTOR_BLOCK];
  while (count > 0) {
    size_t block = count < VECTOR_BLOCK ? count : VECTOR_BLOCK;
    if (program->result_type == VECTOR_BRAIN_FLOAT) {
      run_block(program, scratch, results, start, block);
      narrow((uint16_t *)result + start, results, block);
    } else {
      run_block(program, scratch, (float *)result + start, start, block);
    }
    start += block;
    count -= block;
  }
}

enum { LANES = 16 };

void VECTOR_NAME(sum_rows)(
    const VectorProgram *program, float *result, size_t start, size_t count, size_t length, double scale) {
  float scratch[program->operand_count + program->register_count][VECTOR_BLOCK];
  float block[VECTOR_BLOCK];
  for (size_t row = start; row < start + count; ++row) {
    // In lanes of which each has its order, so that any width of vectors gives the same sum.
    double sums[LANES] = {0};
    for (size_t done = 0; done < length;) {
      size_t part = length - done < VECTOR_BLOCK ? length - done : VECTOR_BLOCK;
      run_block(program, scratch, block, row * length + done, part);
      size_t whole = part / LANES * LANES;
      for (size_t i = 0; i < whole; i += LANES) {
        for (size_t lane = 0; lane < LANES; ++lane) sums[lane] += (double)block[i + lane];
      }
      for (size_t i = whole; i < part; ++i) sums[i - whole] += (double)block[i];
      done += part;
    }
    for (size_t half = LANES / 2; half > 0; half /= 2) {
      for (size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
    }
    result[row] = (float)(sums[0] * scale);
  }
}

void VECTOR_NAME(sum_columns)(
    const VectorProgram *program, double *sums, size_t start, size_t count, size_t length) {
  float scratch[program->operand_count + program->register_count][VECTOR_BLOCK];
  float block[VECTOR_BLOCK];
  size_t column = 0;
  for (size_t total = count * length; total > 0;) {
    size_t part = total < VECTOR_BLOCK ? total : VECTOR_BLOCK;
    run_block(program, scratch, block, start, part);
    for (size_t done = 0; done < part;) {
      size_t rest = length - column;
      size_t run = rest < part - done ? rest : part - done;
      double *target = sums + column;
      const float *source = block + done;
      _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < run; ++i) {
        target[i] += (double)source[i];
      }
      done += run;
      column = column + run == length ? 0 : column + run;
    }
    start += part;
    total -= part;
  }
}
