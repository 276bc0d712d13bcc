/* The runtime of mote for C programs.
 *
 *   mote_model* model = NULL;
 *   if (mote_model_load("kws.tflite", NULL, &model) != MOTE_OK) puts(mote_last_error());
 *   mote_session* session = NULL;
 *   mote_session_create(model, NULL, &session);
 *   memcpy(mote_session_input(session, 0), samples, info.size_bytes);
 *   mote_session_run(session);
 *   const int8_t* scores = mote_session_output(session, 0);
 *
 * A model is read and prepared once and never changes; any number of sessions share it, each on one
 * thread at a time. Running allocates nothing, unless the model has operators without a kernel
 * (mote_model_allocates tells). No exception leaves these functions, and no signal is caught.
 *
 * The ABI is stable within one MOTE_ABI_VERSION: structs begin with their size, grow at the end,
 * and fields that the caller does not know are taken as 0.
 */
#ifndef MOTE_MOTE_H
#define MOTE_MOTE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MOTE_API __attribute__((visibility("default")))
#else
#define MOTE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_ABI_VERSION 1
/* That of the library, to compare with the header's. */
MOTE_API uint32_t mote_abi_version(void);
/* "0.1.0" */
MOTE_API const char* mote_version(void);

typedef enum mote_status {
  MOTE_OK = 0,
  MOTE_INVALID_MODEL = 1,    /* the file breaks its own rules */
  MOTE_UNSUPPORTED = 2,      /* legal, but this library cannot run it */
  MOTE_INVALID_ARGUMENT = 3, /* an option or index is out of range */
  MOTE_IO = 4,               /* the file could not be read */
  MOTE_OUT_OF_MEMORY = 5,
  MOTE_INTERNAL = 6 /* a bug of the library */
} mote_status;
/* What went wrong in the last call of this thread that did not return MOTE_OK: names the thing, the
 * value found and the remedy. Valid until the next call of this thread. */
MOTE_API const char* mote_last_error(void);

typedef struct mote_model_options {
  size_t struct_size; /* sizeof(mote_model_options) */
  /* "auto" or NULL: the best instruction set of this machine; else one of them ("portable" gives
   * the same bytes on every machine). */
  const char* isa;
  /* "speed" or NULL: the quickest kernels; "ram": the smallest arena, for one thread. */
  const char* plan;
  /* "tflm" or NULL; "litert": whose rounding integer layers follow. */
  const char* numerics;
  /* Of an open batch; 0: 1. */
  int64_t batch;
  /* Threads that share large layers; 0: 1. */
  int32_t threads;
  /* Not 0: the model as the file has it, without the exact rewrites. */
  int32_t as_is;
} mote_model_options;

typedef struct mote_model mote_model;
/* `options` may be NULL. On failure *model is NULL.
 *
 * The file stays mapped while the model or a session of it lives, and large constants are not
 * copied: it may be removed, or replaced by renaming another to its name, but who wants to cut or
 * write it in place reads it himself and calls mote_model_from_memory. */
MOTE_API mote_status mote_model_load(const char* path, const mote_model_options* options,
                                     mote_model** model);
/* The bytes of a file; they are not needed afterwards. */
MOTE_API mote_status mote_model_from_memory(const void* bytes, size_t size_bytes,
                                            const mote_model_options* options, mote_model** model);
/* The same model for another batch: `model` must have an open one. Both share their weights. On
 * failure *other is NULL. */
MOTE_API mote_status mote_model_with_batch(const mote_model* model, int64_t batch,
                                           mote_model** other);
/* Sessions keep what they need: the order of freeing does not matter. NULL is ignored. */
MOTE_API void mote_model_free(mote_model* model);

typedef enum mote_type {
  MOTE_F32 = 0,
  MOTE_F16 = 1,
  MOTE_F64 = 2,
  MOTE_I8 = 3,
  MOTE_I16 = 4,
  MOTE_I32 = 5,
  MOTE_I64 = 6,
  MOTE_U8 = 7,
  MOTE_U16 = 8,
  MOTE_U32 = 9,
  MOTE_U64 = 10,
  MOTE_BOOL = 11
} mote_type;

#define MOTE_RANK_MAX 8

typedef struct mote_tensor_info {
  size_t struct_size; /* set by the caller: sizeof(mote_tensor_info) */
  const char* name;   /* valid as long as the model */
  mote_type type;
  int32_t rank;
  int64_t shape[MOTE_RANK_MAX];
  size_t size_bytes;
  /* real value = scale * (stored value - zero_point); scale 0: not quantized, or by channel. */
  float scale;
  int32_t zero_point;
} mote_tensor_info;

MOTE_API size_t mote_model_input_count(const mote_model* model);
MOTE_API size_t mote_model_output_count(const mote_model* model);
MOTE_API mote_status mote_model_input_info(const mote_model* model, size_t index,
                                           mote_tensor_info* info);
MOTE_API mote_status mote_model_output_info(const mote_model* model, size_t index,
                                            mote_tensor_info* info);
/* Bytes of one session's arena, and of its states. */
MOTE_API size_t mote_model_arena_bytes(const mote_model* model);
MOTE_API size_t mote_model_state_bytes(const mote_model* model);
/* Not 0: operators without a kernel allocate while they run. */
MOTE_API int32_t mote_model_allocates(const mote_model* model);

/* The caller's threads. `run` calls function(argument, worker) once for every worker below
 * `workers` and returns when all are done. */
typedef struct mote_threads {
  size_t struct_size; /* sizeof(mote_threads) */
  int32_t workers;    /* at most the model's `threads` */
  void* context;
  void (*run)(void* context, void (*function)(void* argument, int32_t worker), void* argument);
} mote_threads;

typedef struct mote_session mote_session;
/* `threads` NULL: the session starts threads of its own when the model has more than one; else it
 * must outlive the session. On failure *session is NULL. */
MOTE_API mote_status mote_session_create(const mote_model* model, const mote_threads* threads,
                                         mote_session** session);
MOTE_API void mote_session_free(mote_session* session);
/* Where to write input `index` before every run: the memory is reused while the model runs. NULL
 * when there is no such input. */
MOTE_API void* mote_session_input(mote_session* session, size_t index);
/* Valid until the next run. */
MOTE_API const void* mote_session_output(const mote_session* session, size_t index);
MOTE_API mote_status mote_session_run(mote_session* session);
/* States of a streaming model go back to their initial content. */
MOTE_API void mote_session_reset(mote_session* session);

#ifdef __cplusplus
}
#endif

#endif
