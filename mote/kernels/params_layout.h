// What the fields of a params struct are: how code generation prints one.
//
//   static const mote_field fields[] = {
//       MOTE_FIELD_I32(mote_softmax_params, rows), ..., MOTE_FIELDS_END};
//   const mote_struct mote_softmax_layout = {"mote_softmax_params", sizeof(mote_softmax_params),
//                                            fields};
//
// Fields stand in the order of the struct and are all there: a test holds their sizes against the
// struct's.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_field_type {
  MOTE_FIELD_TYPE_I8,
  MOTE_FIELD_TYPE_U8,
  MOTE_FIELD_TYPE_I16,
  MOTE_FIELD_TYPE_U16,
  MOTE_FIELD_TYPE_I32,  // enumerations too
  MOTE_FIELD_TYPE_I64,
  MOTE_FIELD_TYPE_F32,
  MOTE_FIELD_TYPE_STRUCT,  // `of` says which
} mote_field_type;

typedef struct mote_struct mote_struct;

typedef struct mote_field {
  const char* name;
  mote_field_type type;
  int32_t offset;
  int32_t count;          // elements of an array in the struct; 0: not an array
  const mote_struct* of;  // NULL unless `type` is STRUCT
  /// The field is a pointer to so many elements; NULL: it is none. `params` is the outermost
  /// struct. A NULL pointer has none, whatever this says.
  int64_t (*pointed)(const void* params);
} mote_field;

struct mote_struct {
  const char* name;  // of the C type
  int32_t size;
  const mote_field* fields;  // ends with a field without a name
};

#define MOTE_FIELD_AS(TYPE, STRUCT, NAME) \
  { .name = #NAME, .type = TYPE, .offset = (int32_t)offsetof(STRUCT, NAME) }
#define MOTE_FIELD_I32(STRUCT, NAME) MOTE_FIELD_AS(MOTE_FIELD_TYPE_I32, STRUCT, NAME)
#define MOTE_FIELD_I64(STRUCT, NAME) MOTE_FIELD_AS(MOTE_FIELD_TYPE_I64, STRUCT, NAME)
#define MOTE_FIELD_F32(STRUCT, NAME) MOTE_FIELD_AS(MOTE_FIELD_TYPE_F32, STRUCT, NAME)
#define MOTE_FIELD_ARRAY(TYPE, STRUCT, NAME, COUNT) \
  { .name = #NAME, .type = TYPE, .offset = (int32_t)offsetof(STRUCT, NAME), .count = COUNT }
#define MOTE_FIELD_STRUCT(LAYOUT, STRUCT, NAME)                                               \
  {                                                                                           \
    .name = #NAME, .type = MOTE_FIELD_TYPE_STRUCT, .offset = (int32_t)offsetof(STRUCT, NAME), \
    .of = &LAYOUT                                                                             \
  }
#define MOTE_FIELD_POINTER(TYPE, STRUCT, NAME, COUNT) \
  { .name = #NAME, .type = TYPE, .offset = (int32_t)offsetof(STRUCT, NAME), .pointed = COUNT }
#define MOTE_FIELDS_END \
  { 0 }

#ifdef __cplusplus
}
#endif
