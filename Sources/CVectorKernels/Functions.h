// Functions of one element without branches, which the compiler turns into loops over vectors. Included once for each width
// of vectors. The polynomials are minimax fits of ours; each says its interval and its error before rounding.

static inline uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline float magnitude(float x) { return float_of(bits_of(x) & 0x7fffffffu); }

static inline float with_sign_of(float x, float sign) {
  return float_of((bits_of(x) & 0x7fffffffu) | (bits_of(sign) & 0x80000000u));
}

// ln 2 in two parts, of which the first has few enough bits that its multiples by small integers are exact.
#define LN2_HIGH 0.693359375f
#define LN2_LOW -2.12194440e-4f

static inline float exponential(float x) {
  float y = x > 88.8f ? 88.8f : x;
  y = y < -104.0f ? -104.0f : y;
  // Adding 1.5 · 2²³ rounds to an integer, which then stands in the low bits.
  const float rounder = 0x1.8p23f;
  float shifted = y * 0x1.715476p0f + rounder;
  float n = shifted - rounder;
  float r = y - n * LN2_HIGH;
  r = r - n * LN2_LOW;
  // (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2: 3e-9
  float p = 0x1.6a5134p-10f;
  p = p * r + 0x1.12397cp-7f;
  p = p * r + 0x1.5558acp-5f;
  p = p * r + 0x1.555492p-3f;
  p = p * r + 0x1.fffffcp-2f;
  float value = p * (r * r) + r + 1.0f;
  // By 2ⁿ in two steps, as the result may be denormal or infinite.
  int32_t power = (int32_t)(bits_of(shifted) - bits_of(rounder));
  int32_t half = power >> 1;
  return value * float_of((uint32_t)(half + 127) << 23) * float_of((uint32_t)(power - half + 127) << 23);
}

static inline float natural_logarithm(float x) {
  int is_small = x < 0x1p-126f;
  uint32_t bits = bits_of(is_small ? x * 0x1p23f : x) + (0x3f800000u - 0x3f3504f3u);
  float exponent = (float)((int32_t)(bits >> 23) - (is_small ? 127 + 23 : 127));
  float f = float_of((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
  float z = f * f;
  // (ln(1 + f) − f + f² / 2) / f³ for √½ ≤ 1 + f < √2: 8e-10
  float p = 0x1.147334p-4f;
  p = p * f - 0x1.de01d8p-4f;
  p = p * f + 0x1.e6c00ap-4f;
  p = p * f - 0x1.fc28cap-4f;
  p = p * f + 0x1.233ba2p-3f;
  p = p * f - 0x1.555c44p-3f;
  p = p * f + 0x1.99a476p-3f;
  p = p * f - 0x1.000006p-2f;
  p = p * f + 0x1.555548p-2f;
  float tail = f * z * p + exponent * LN2_LOW;
  tail = tail - 0.5f * z;
  float value = f + tail + exponent * LN2_HIGH;
  value = x < INFINITY ? value : x;
  value = x == 0.0f ? -INFINITY : value;
  return x < 0.0f ? NAN : value;
}

static inline float logistic(float x) {
  float e = exponential(-magnitude(x));
  float share = 1.0f / (1.0f + e);
  return x < 0.0f ? e * share : share;
}

static inline float hyperbolic_tangent(float x) {
  float a = magnitude(x);
  float z = a * a;
  // (tanh(a) / a − 1) / a² for a ≤ 0.625: 2e-10
  float p = 0x1.1a2816p-9f;
  p = p * z - 0x1.0c5ed0p-7f;
  p = p * z + 0x1.63a550p-6f;
  p = p * z - 0x1.b9f188p-5f;
  p = p * z + 0x1.11107ap-3f;
  p = p * z - 0x1.555554p-2f;
  float small = a + a * (z * p);
  float large = 1.0f - 2.0f / (exponential(2.0f * a) + 1.0f);
  return with_sign_of(a < 0.625f ? small : large, x);
}

static inline float error_function(float x) {
  float a = magnitude(x);
  float z = a * a;
  // erf(a) / a − 1 for a ≤ 1: 1e-9
  float p = 0x1.4771fcp-14f;
  p = p * z - 0x1.a3515ep-11f;
  p = p * z + 0x1.53f224p-8f;
  p = p * z - 0x1.b7f71ap-6f;
  p = p * z + 0x1.ce2ce6p-4f;
  p = p * z - 0x1.81273ep-2f;
  p = p * z + 0x1.06eba8p-3f;
  float small = a + a * p;
  // ln(1 − erf(a)) + a² for 1 ≤ a ≤ 4, beyond which single precision has erf(a) = 1: 2e-9 of erf(a)
  float b = a > 4.0f ? 4.0f : a;
  float t = b - 1.0f;
  float q = 0x1.a1bf36p-13f;
  q = q * t - 0x1.ece434p-10f;
  q = q * t + 0x1.469b3cp-7f;
  q = q * t - 0x1.545bc4p-5f;
  q = q * t + 0x1.4151a2p-3f;
  q = q * t - 0x1.4726cep-1f;
  q = q * t - 0x1.b2ff7ep-1f;
  float large = 1.0f - exponential(q - b * b);
  return with_sign_of(a < 1.0f ? small : large, x);
}
