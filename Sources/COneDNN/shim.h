// One C interface over oneDNN 2.x, where descriptors are structs, and 3.x, where they are opaque.
// Memory descriptors are `saliency_md` here: an owned, heap-allocated handle in both.
#ifndef SALIENCY_ONEDNN_SHIM_H
#define SALIENCY_ONEDNN_SHIM_H

#include <dlfcn.h>
#include <stdlib.h>
#include <oneapi/dnnl/dnnl.h>

#if DNNL_VERSION_MAJOR < 2 || (DNNL_VERSION_MAJOR == 2 && DNNL_VERSION_MINOR < 6)
#error "oneDNN 2.6 or later is required"
#endif

#define SALIENCY_DNNL_3 (DNNL_VERSION_MAJOR >= 3)

typedef struct saliency_md_opaque *saliency_md;
typedef const struct saliency_md_opaque *saliency_const_md;

#if SALIENCY_DNNL_3
#define SALIENCY_MD(d) ((const_dnnl_memory_desc_t)(d))
#else
#define SALIENCY_MD(d) ((const dnnl_memory_desc_t *)(d))
#endif

// MARK: Memory descriptors

#if !SALIENCY_DNNL_3
static inline dnnl_status_t saliency_md_box(saliency_md *out, dnnl_memory_desc_t value) {
  dnnl_memory_desc_t *copy = (dnnl_memory_desc_t *)malloc(sizeof *copy);
  if (!copy) return dnnl_out_of_memory;
  *copy = value;
  *out = (saliency_md)copy;
  return dnnl_success;
}
#endif

static inline dnnl_status_t saliency_md_create_any(saliency_md *out, dnnl_data_type_t type, int rank, const int64_t *dims) {
#if SALIENCY_DNNL_3
  return dnnl_memory_desc_create_with_tag(
      (dnnl_memory_desc_t *)out, rank, dims, type, dnnl_format_tag_any);
#else
  dnnl_memory_desc_t d;
  dnnl_status_t s = dnnl_memory_desc_init_by_tag(&d, rank, dims, type, dnnl_format_tag_any);
  return s == dnnl_success ? saliency_md_box(out, d) : s;
#endif
}

static inline dnnl_status_t saliency_md_create_strided(
    saliency_md *out, dnnl_data_type_t type, int rank, const int64_t *dims, const int64_t *strides) {
#if SALIENCY_DNNL_3
  return dnnl_memory_desc_create_with_strides((dnnl_memory_desc_t *)out, rank, dims, type, strides);
#else
  dnnl_memory_desc_t d;
  dnnl_status_t s = dnnl_memory_desc_init_by_strides(&d, rank, dims, type, strides);
  return s == dnnl_success ? saliency_md_box(out, d) : s;
#endif
}

// [batch, channels, …] with the channels in blocks of 8 or 16, for 1 to 3 spatial axes.
static inline dnnl_status_t saliency_md_create_blocked(
    saliency_md *out, dnnl_data_type_t type, int rank, const int64_t *dims, int channels) {
  static const dnnl_format_tag_t tags[2][3] = {
      {dnnl_nCw8c, dnnl_nChw8c, dnnl_nCdhw8c}, {dnnl_nCw16c, dnnl_nChw16c, dnnl_nCdhw16c}};
  if (rank < 3 || rank > 5 || (channels != 8 && channels != 16)) return dnnl_invalid_arguments;
  dnnl_format_tag_t tag = tags[channels == 16][rank - 3];
#if SALIENCY_DNNL_3
  return dnnl_memory_desc_create_with_tag((dnnl_memory_desc_t *)out, rank, dims, type, tag);
#else
  dnnl_memory_desc_t d;
  dnnl_status_t s = dnnl_memory_desc_init_by_tag(&d, rank, dims, type, tag);
  return s == dnnl_success ? saliency_md_box(out, d) : s;
#endif
}

static inline dnnl_status_t saliency_md_clone(saliency_md *out, saliency_const_md source) {
#if SALIENCY_DNNL_3
  return dnnl_memory_desc_clone((dnnl_memory_desc_t *)out, SALIENCY_MD(source));
#else
  return saliency_md_box(out, *SALIENCY_MD(source));
#endif
}

// Axis d of `source` becomes axis order[d].
static inline dnnl_status_t saliency_md_permute(saliency_md *out, saliency_const_md source, const int *order) {
#if SALIENCY_DNNL_3
  return dnnl_memory_desc_permute_axes((dnnl_memory_desc_t *)out, SALIENCY_MD(source), order);
#else
  dnnl_memory_desc_t d;
  dnnl_status_t s = dnnl_memory_desc_permute_axes(&d, SALIENCY_MD(source), order);
  return s == dnnl_success ? saliency_md_box(out, d) : s;
#endif
}

static inline void saliency_md_destroy(saliency_md d) {
#if SALIENCY_DNNL_3
  dnnl_memory_desc_destroy((dnnl_memory_desc_t)d);
#else
  free(d);
#endif
}

static inline int saliency_md_equal(saliency_const_md a, saliency_const_md b) {
  return dnnl_memory_desc_equal(SALIENCY_MD(a), SALIENCY_MD(b));
}

static inline dnnl_data_type_t saliency_md_type(saliency_const_md d) {
#if SALIENCY_DNNL_3
  dnnl_data_type_t type = dnnl_data_type_undef;
  dnnl_memory_desc_query(SALIENCY_MD(d), dnnl_query_data_type, &type);
  return type;
#else
  return SALIENCY_MD(d)->data_type;
#endif
}

static inline size_t saliency_md_size(saliency_const_md d) {
  return dnnl_memory_desc_get_size(SALIENCY_MD(d));
}

// The strides between blocks, one an axis, and the blocks inside, outermost first: how many there are, their sizes and axes;
// -1 where the layout is of another kind. All three arrays have room for DNNL_MAX_NDIMS.
static inline int saliency_md_blocking(
    saliency_const_md d, int rank, int64_t *strides, int64_t *block_sizes, int64_t *block_axes) {
#if SALIENCY_DNNL_3
  dnnl_format_kind_t kind;
  int32_t count = 0;
  const dnnl_dims_t *found_strides, *sizes, *axes;
  if (dnnl_memory_desc_query(SALIENCY_MD(d), dnnl_query_format_kind, &kind) != dnnl_success
      || kind != dnnl_blocked
      || dnnl_memory_desc_query(SALIENCY_MD(d), dnnl_query_strides, &found_strides) != dnnl_success
      || dnnl_memory_desc_query(SALIENCY_MD(d), dnnl_query_inner_nblks_s32, &count) != dnnl_success
      || dnnl_memory_desc_query(SALIENCY_MD(d), dnnl_query_inner_blks, &sizes) != dnnl_success
      || dnnl_memory_desc_query(SALIENCY_MD(d), dnnl_query_inner_idxs, &axes) != dnnl_success) {
    return -1;
  }
#else
  const dnnl_memory_desc_t *md = SALIENCY_MD(d);
  if (md->format_kind != dnnl_blocked) return -1;
  const dnnl_blocking_desc_t *blocking = &md->format_desc.blocking;
  int count = blocking->inner_nblks;
  const dnnl_dims_t *found_strides = &blocking->strides, *sizes = &blocking->inner_blks;
  const dnnl_dims_t *axes = &blocking->inner_idxs;
#endif
  for (int i = 0; i < rank; ++i) strides[i] = (*found_strides)[i];
  for (int i = 0; i < count; ++i) {
    block_sizes[i] = (*sizes)[i];
    block_axes[i] = (*axes)[i];
  }
  return count;
}

// MARK: Memory

static inline dnnl_status_t saliency_memory_create(
    dnnl_memory_t *out, saliency_const_md d, dnnl_engine_t engine, void *data) {
  return dnnl_memory_create(out, SALIENCY_MD(d), engine, data);
}

// MARK: Attributes

static inline dnnl_status_t saliency_post_ops_append_eltwise(
    dnnl_post_ops_t ops, dnnl_alg_kind_t algorithm, float alpha, float beta) {
#if SALIENCY_DNNL_3
  return dnnl_post_ops_append_eltwise(ops, algorithm, alpha, beta);
#else
  return dnnl_post_ops_append_eltwise(ops, 1.0f, algorithm, alpha, beta);
#endif
}

// MARK: Primitive descriptors

static inline saliency_const_md saliency_pd_query_md(
    const_dnnl_primitive_desc_t pd, dnnl_query_t what, int index) {
  return (saliency_const_md)dnnl_primitive_desc_query_md(pd, what, index);
}

static inline dnnl_status_t saliency_reorder_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    saliency_const_md source, saliency_const_md destination) {
  return dnnl_reorder_primitive_desc_create(
      out, SALIENCY_MD(source), engine, SALIENCY_MD(destination), engine, attr);
}

static inline dnnl_status_t saliency_convolution_forward_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    dnnl_alg_kind_t algorithm, saliency_const_md source, saliency_const_md weights, saliency_const_md bias,
    saliency_const_md destination, const int64_t *strides, const int64_t *dilations,
    const int64_t *padding_before, const int64_t *padding_after) {
#if SALIENCY_DNNL_3
  return dnnl_convolution_forward_primitive_desc_create(
      out, engine, dnnl_forward_inference, algorithm, SALIENCY_MD(source), SALIENCY_MD(weights),
      SALIENCY_MD(bias), SALIENCY_MD(destination), strides, dilations, padding_before, padding_after, attr);
#else
  dnnl_convolution_desc_t d;
  dnnl_status_t s = dnnl_dilated_convolution_forward_desc_init(
      &d, dnnl_forward_inference, algorithm, SALIENCY_MD(source), SALIENCY_MD(weights),
      SALIENCY_MD(bias), SALIENCY_MD(destination), strides, dilations, padding_before, padding_after);
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, NULL) : s;
#endif
}

static inline dnnl_status_t saliency_convolution_backward_data_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    dnnl_alg_kind_t algorithm, saliency_const_md source_gradient, saliency_const_md weights,
    saliency_const_md destination_gradient, const int64_t *strides, const int64_t *dilations,
    const int64_t *padding_before, const int64_t *padding_after, const_dnnl_primitive_desc_t forward) {
#if SALIENCY_DNNL_3
  return dnnl_convolution_backward_data_primitive_desc_create(
      out, engine, algorithm, SALIENCY_MD(source_gradient), SALIENCY_MD(weights),
      SALIENCY_MD(destination_gradient), strides, dilations, padding_before, padding_after, forward, attr);
#else
  dnnl_convolution_desc_t d;
  dnnl_status_t s = dnnl_dilated_convolution_backward_data_desc_init(
      &d, algorithm, SALIENCY_MD(source_gradient), SALIENCY_MD(weights),
      SALIENCY_MD(destination_gradient), strides, dilations, padding_before, padding_after);
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, forward) : s;
#endif
}

static inline dnnl_status_t saliency_eltwise_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    dnnl_alg_kind_t algorithm, saliency_const_md data, float alpha, float beta) {
#if SALIENCY_DNNL_3
  return dnnl_eltwise_forward_primitive_desc_create(
      out, engine, dnnl_forward_inference, algorithm, SALIENCY_MD(data), SALIENCY_MD(data), alpha, beta, attr);
#else
  dnnl_eltwise_desc_t d;
  dnnl_status_t s = dnnl_eltwise_forward_desc_init(
      &d, dnnl_forward_inference, algorithm, SALIENCY_MD(data), alpha, beta);
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, NULL) : s;
#endif
}

static inline dnnl_status_t saliency_binary_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    dnnl_alg_kind_t algorithm, saliency_const_md left, saliency_const_md right,
    saliency_const_md destination) {
#if SALIENCY_DNNL_3
  return dnnl_binary_primitive_desc_create(
      out, engine, algorithm, SALIENCY_MD(left), SALIENCY_MD(right), SALIENCY_MD(destination), attr);
#else
  dnnl_binary_desc_t d;
  dnnl_status_t s = dnnl_binary_desc_init(
      &d, algorithm, SALIENCY_MD(left), SALIENCY_MD(right), SALIENCY_MD(destination));
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, NULL) : s;
#endif
}

static inline dnnl_status_t saliency_pooling_forward_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    int keeps_workspace, dnnl_alg_kind_t algorithm, saliency_const_md source, saliency_const_md destination,
    const int64_t *strides, const int64_t *kernel, const int64_t *dilations, const int64_t *padding_before,
    const int64_t *padding_after) {
  dnnl_prop_kind_t kind = keeps_workspace ? dnnl_forward_training : dnnl_forward_inference;
#if SALIENCY_DNNL_3
  return dnnl_pooling_forward_primitive_desc_create(
      out, engine, kind, algorithm, SALIENCY_MD(source), SALIENCY_MD(destination), strides, kernel, dilations,
      padding_before, padding_after, attr);
#else
  dnnl_pooling_v2_desc_t d;
  dnnl_status_t s = dnnl_pooling_v2_forward_desc_init(
      &d, kind, algorithm, SALIENCY_MD(source), SALIENCY_MD(destination), strides, kernel, dilations,
      padding_before, padding_after);
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, NULL) : s;
#endif
}

static inline dnnl_status_t saliency_pooling_backward_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    dnnl_alg_kind_t algorithm, saliency_const_md source_gradient, saliency_const_md destination_gradient,
    const int64_t *strides, const int64_t *kernel, const int64_t *dilations, const int64_t *padding_before,
    const int64_t *padding_after, const_dnnl_primitive_desc_t forward) {
#if SALIENCY_DNNL_3
  return dnnl_pooling_backward_primitive_desc_create(
      out, engine, algorithm, SALIENCY_MD(source_gradient), SALIENCY_MD(destination_gradient), strides, kernel,
      dilations, padding_before, padding_after, forward, attr);
#else
  dnnl_pooling_v2_desc_t d;
  dnnl_status_t s = dnnl_pooling_v2_backward_desc_init(
      &d, algorithm, SALIENCY_MD(source_gradient), SALIENCY_MD(destination_gradient), strides, kernel,
      dilations, padding_before, padding_after);
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, forward) : s;
#endif
}

static inline dnnl_status_t saliency_matmul_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    saliency_const_md source, saliency_const_md weights, saliency_const_md bias,
    saliency_const_md destination) {
#if SALIENCY_DNNL_3
  return dnnl_matmul_primitive_desc_create(
      out, engine, SALIENCY_MD(source), SALIENCY_MD(weights), SALIENCY_MD(bias), SALIENCY_MD(destination), attr);
#else
  dnnl_matmul_desc_t d;
  dnnl_status_t s = dnnl_matmul_desc_init(
      &d, SALIENCY_MD(source), SALIENCY_MD(weights), SALIENCY_MD(bias), SALIENCY_MD(destination));
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, NULL) : s;
#endif
}

static inline dnnl_status_t saliency_reduction_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    dnnl_alg_kind_t algorithm, saliency_const_md source, saliency_const_md destination) {
#if SALIENCY_DNNL_3
  return dnnl_reduction_primitive_desc_create(
      out, engine, algorithm, SALIENCY_MD(source), SALIENCY_MD(destination), 0.0f, 0.0f, attr);
#else
  dnnl_reduction_desc_t d;
  dnnl_status_t s =
      dnnl_reduction_desc_init(&d, algorithm, SALIENCY_MD(source), SALIENCY_MD(destination), 0.0f, 0.0f);
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, NULL) : s;
#endif
}

static inline dnnl_status_t saliency_softmax_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    dnnl_alg_kind_t algorithm, saliency_const_md data, int axis) {
#if SALIENCY_DNNL_3
  return dnnl_softmax_forward_primitive_desc_create(
      out, engine, dnnl_forward_inference, algorithm, SALIENCY_MD(data), SALIENCY_MD(data), axis, attr);
#else
  dnnl_softmax_v2_desc_t d;
  dnnl_status_t s = dnnl_softmax_v2_forward_desc_init(
      &d, dnnl_forward_inference, algorithm, SALIENCY_MD(data), SALIENCY_MD(data), axis);
  return s == dnnl_success ? dnnl_primitive_desc_create(out, &d, attr, engine, NULL) : s;
#endif
}

static inline dnnl_status_t saliency_concat_pd(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const_dnnl_primitive_attr_t attr,
    saliency_const_md destination, int axis, int count, const saliency_const_md *sources) {
#if SALIENCY_DNNL_3
  return dnnl_concat_primitive_desc_create(
      out, engine, SALIENCY_MD(destination), count, axis, (const_dnnl_memory_desc_t const *)sources, attr);
#else
  dnnl_memory_desc_t *copies = (dnnl_memory_desc_t *)malloc(sizeof(dnnl_memory_desc_t) * (size_t)count);
  if (!copies) return dnnl_out_of_memory;
  for (int i = 0; i < count; ++i) copies[i] = *SALIENCY_MD(sources[i]);
  dnnl_status_t s =
      dnnl_concat_primitive_desc_create(out, SALIENCY_MD(destination), count, axis, copies, attr, engine);
  free(copies);
  return s;
#endif
}

// MARK: OpenMP

// oneDNN's own kernels run in an OpenMP team. These run ours in the same team, found at run time so that
// a oneDNN without OpenMP works too, on one thread.

#define SALIENCY_ALL_LIBRARIES ((void *)0)  // RTLD_DEFAULT, which glibc hides without _GNU_SOURCE

typedef void (*saliency_parallel_body)(void *);

static inline void saliency_set_thread_count(int count) {
  void (*set)(int) = (void (*)(int))dlsym(SALIENCY_ALL_LIBRARIES, "omp_set_num_threads");
  if (set) set(count);
}

static inline int saliency_thread_limit(void) {
  int (*get)(void) = (int (*)(void))dlsym(SALIENCY_ALL_LIBRARIES, "omp_get_max_threads");
  return get ? get() : 1;
}

static inline void *saliency_parallel_entry(void) { return dlsym(SALIENCY_ALL_LIBRARIES, "GOMP_parallel"); }

static inline void saliency_parallel(void *entry, saliency_parallel_body body, void *data, unsigned threads) {
  ((void (*)(saliency_parallel_body, void *, unsigned, unsigned))entry)(body, data, threads, 0);
}

#endif
