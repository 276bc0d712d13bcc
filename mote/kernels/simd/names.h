// Names that have an instruction set's word in them. For .c files only.
#pragma once

#define MOTE_INLINE static inline __attribute__((always_inline, unused))
#define MOTE_CAT_(a, b) a##b
#define MOTE_CAT(a, b) MOTE_CAT_(a, b)
#define MOTE_TEXT_(a) #a
#define MOTE_TEXT(a) MOTE_TEXT_(a)
