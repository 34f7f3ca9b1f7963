/* The C interface of swift-saliency, which the package for Python calls.
 *
 * Objects. What a call gives is an object, known by a number that is never given twice; 0 is none. The library keeps a table of the
 * objects that live, so that a number that was released, or made up, is an error and nothing else. Each object is released once.
 *
 * Results. A call gives SALIENCY_OK, or the kind of failure. Then `error`, unless it is NULL, holds a text object, the report of an error in
 * JSON: {"category", "code", "error"}, where "error" is one sentence; else it holds 0. What else a call would have given is 0 then.
 *
 * Pointers. A pointer is NULL or points to what its type says, and texts are in UTF-8 and end in a zero byte. NULL is an error where a value is
 * needed. Numbers of any value are taken and checked.
 *
 * Memory. A call copies the texts and structures that it is given. Elements of arrays are not copied: they stay where they are, unchanged,
 * until saliency_wait has told that the task ended, or the task is released. What a call tells of an object (a text, an array) is valid until that
 * object is released.
 *
 * Threads. Every function may be called from any thread, several at a time. A process that is forked after the first task was begun, or a model opened with settings, cannot use the
 * library: every call but for the versions gives SALIENCY_UNSUPPORTED there, without an error.
 *
 * Version. SALIENCY_INTERFACE_VERSION grows with every change that a caller notices, and saliency_interface_version() is that of the library. */
#ifndef SALIENCY_H
#define SALIENCY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SALIENCY_INTERFACE_VERSION 1

/* An object; 0 is none. */
typedef uint64_t saliency_handle;

/* Results: the exit codes of the command `saliency`, and one for work that goes on. */
#define SALIENCY_RUNNING (-1)
#define SALIENCY_OK 0
#define SALIENCY_USAGE 64
#define SALIENCY_BAD_DATA 65
#define SALIENCY_MISSING 66
#define SALIENCY_UNSUPPORTED 69
#define SALIENCY_OUT_OF_MEMORY 71
#define SALIENCY_UNWRITABLE 73
#define SALIENCY_CANCELLED 130

/* What an input is. */
#define SALIENCY_PATH 0    /* `data`: the path of a file, a text of byte_count bytes */
#define SALIENCY_FILE 1    /* `data`: the bytes of a file */
#define SALIENCY_FLOAT32 2 /* `data`: elements in row-major order, a tensor as the network takes it, or one item without the batch's axis */
#define SALIENCY_UINT8 3   /* the same of bytes; height×width, or height×width×1, 3 or 4, is an image where the network takes images */

/* What an input is for. */
#define SALIENCY_EXPLAINED 0 /* it is explained */
#define SALIENCY_GIVEN 1     /* a tensor for another input of the network */
#define SALIENCY_COMPARED 2  /* the output is compared with that for this one */
#define SALIENCY_MASK 3      /* where the explained thing is, of the explained input before it; for saliency_evaluate */

typedef struct saliency_input {
  int32_t kind;
  int32_t role;
  const char *name; /* what reports and errors call it; NULL: its path, or "input" */
  const char *port; /* the network's input that it is for; NULL: the one in question */
  const void *data;
  size_t byte_count;
  const int64_t *shape; /* the extents of arrays, outermost first */
  int32_t rank;
} saliency_input;

/* Single-precision numbers in row-major order. */
typedef struct saliency_array {
  const float *data;
  const int64_t *shape;
  int32_t rank;
  const char *name;
} saliency_array;

/* ---- Of the library ---- */

int32_t saliency_interface_version(void);

/* The version of the package, such as "0.1.0"; it is never freed. */
const char *saliency_version(void);

/* What there is to choose from: `list` is "methods" or "metrics". Gives the text of a MethodsReport or MetricsReport. */
int32_t saliency_catalog(const char *list, saliency_handle *text, saliency_handle *error);

/* Numbers: the colors of a map by its name, 256×3 from 0 to 255. */
int32_t saliency_colormap(const char *name, saliency_handle *numbers, saliency_handle *error);

/* ---- Of objects ---- */

/* Gives an object up. A task that runs is cancelled, and its end is waited for. */
int32_t saliency_release(saliency_handle object, saliency_handle *error);

/* The bytes of a text or a file, and a zero byte behind them that is not counted. */
int32_t saliency_bytes(saliency_handle object, const char **bytes, size_t *count, saliency_handle *error);

/* An array of an attribution or of numbers; SALIENCY_USAGE where there are not as many. */
int32_t saliency_numbers(saliency_handle object, int32_t index, saliency_array *array, saliency_handle *error);

/* ---- Models ---- */

/* Opens a model: a SALIENCY_PATH or a SALIENCY_FILE. `settings` is JSON with any of {"threads", "memory_limit", "precision"}, or NULL. */
int32_t saliency_open(
    const saliency_input *file, const char *settings, saliency_handle *model, saliency_handle *error);

/* The text of an InspectReport. `settings` is JSON with any of {"input", "output", "layout", "shape"}, or NULL. */
int32_t saliency_inspect(
    saliency_handle model, const char *settings, saliency_handle *text, saliency_handle *error);

/* ---- Questions ---- */

/* A question about a model, compiled for each shape of inputs that it is asked of. `settings` is JSON with any of {"question", "labels",
 * "labels_file", "similarity"}: a Question of the library, the classes' names (null for those without one) or the path of a file of them, and how a
 * compared input is compared. */
int32_t saliency_ask(
    saliency_handle model, const char *settings, saliency_handle *explainer, saliency_handle *error);

/* ---- Tasks: each call begins one, whose end gives the object that is named. */

/* An attribution. `target` is text as of the command; NULL: the question's. Several explained inputs, each with its port, are explained together
 * where the question says so. */
int32_t saliency_explain(
    saliency_handle explainer, const char *target, const saliency_input *inputs, int32_t count,
    saliency_handle *task, saliency_handle *error);

/* The text of a PredictReport; `top` is how many units or boxes are told, 0 for all boxes and 5 units. */
int32_t saliency_predict(
    saliency_handle explainer, int32_t top, const saliency_input *inputs, int32_t count,
    saliency_handle *task, saliency_handle *error);

/* The network's outputs as numbers. */
int32_t saliency_compute(
    saliency_handle explainer, const saliency_input *inputs, int32_t count, saliency_handle *task,
    saliency_handle *error);

/* The text of an EvaluationReport. `settings` is JSON with any of {"methods", "metrics", "seed"}. */
int32_t saliency_evaluate(
    saliency_handle explainer, const char *settings, const saliency_input *inputs, int32_t count,
    saliency_handle *task, saliency_handle *error);

/* The text of an ExportSummary. `settings` is JSON with {"path"} and any of {"heatmap", "opset", "precision", "fast", "fixed_batch", "shape",
 * "network_only"}; `target` is text, "dynamic" or NULL for one that whoever runs the model says. An explained input is run through the
 * written model, to compare. */
int32_t saliency_export(
    saliency_handle explainer, const char *target, const char *settings, const saliency_input *inputs,
    int32_t count, saliency_handle *task, saliency_handle *error);

/* The text of a list of CheckReports, one for each item. */
int32_t saliency_check(saliency_handle attribution, saliency_handle *task, saliency_handle *error);

/* Waits until a task ends, at most so many milliseconds: SALIENCY_RUNNING where it has not, else the answer or the error. */
int32_t saliency_wait(
    saliency_handle task, int32_t milliseconds, saliency_handle *answer, saliency_handle *error);

/* Asks a task to end soon; it ends with SALIENCY_CANCELLED unless it was done. */
int32_t saliency_cancel(saliency_handle task, saliency_handle *error);

/* How many samples of how many a task has run; 0 of 0 where there are none. */
int32_t saliency_progress(saliency_handle task, int64_t *done, int64_t *total, saliency_handle *error);

/* ---- Attributions ---- */

/* The text of an ExplainReport. */
int32_t saliency_report(saliency_handle attribution, saliency_handle *text, saliency_handle *error);

/* The text of a list of what a user should know, such as that the preparation of images was guessed; 0 where there is nothing. */
int32_t saliency_notes(saliency_handle attribution, saliency_handle *text, saliency_handle *error);

/* Numbers: the map of an item, reduced over channels, height×width, signed and not scaled. */
int32_t saliency_heatmap(
    saliency_handle attribution, int32_t item, saliency_handle *numbers, saliency_handle *error);

/* A file with an image. `settings` is JSON: {"format", "item", "drawing"}; the ending of a file's name, and how it is drawn as of a Recipe. */
int32_t saliency_draw(
    saliency_handle attribution, const char *settings, saliency_handle *file, saliency_handle *error);

#ifdef __cplusplus
}
#endif

#endif
