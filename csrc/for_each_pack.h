/* From one pack to an array: KERNEL makes a kernel out of a function on packs.
 *
 * A pack function loads a pack from each input, computes, and stores a pack to each output. The rest that does not fill a
 * pack is copied to one, padded with its own last element, so that body and tail run the same code and no lane sees a value
 * that could raise a flag of its own. */
#ifndef PYSIGMOID_FOR_EACH_PACK_H
#define PYSIGMOID_FOR_EACH_PACK_H

#include <string.h>

#include "inline.h"
#include "kernels.h"

/* A portable loop is left to the compiler's vectorizer, which cannot see what a kernel is promised (kernels.h): that no
 * element depends on another. */
#if V_BRANCHES_PAY
#define ELEMENTS_ARE_INDEPENDENT
#elif defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed" /* some loops it cannot vectorize all the same */
#define ELEMENTS_ARE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define ELEMENTS_ARE_INDEPENDENT _Pragma("GCC ivdep")
#else
#define ELEMENTS_ARE_INDEPENDENT
#endif

static inline void pad_tail(char *pack, const char *from, size_t count, size_t lanes, size_t size)
{
    memcpy(pack, from, count * size);
    for (size_t lane = count; lane < lanes; lane++)
        memcpy(pack + lane * size, from + (count - 1) * size, size);
}

#define KERNEL(inputs, outputs, name, dtype, work, function)                                              \
    INLINE void name##_##dtype##_pack(void *const *at, ptrdiff_t i)                                \
    {                                                                                                     \
        PACK_##inputs##_##outputs(dtype, work, function)                                                  \
    }                                                                                                     \
    KERNEL_LINKAGE void name##_##dtype##_kernel(void *const *operands, ptrdiff_t n)                       \
    {                                                                                                     \
        enum { ARGUMENTS = (inputs) + (outputs), LANES = LANES_##work };                                  \
        void *at[ARGUMENTS];                                                                              \
        memcpy(at, operands, sizeof at);                                                                  \
        ptrdiff_t rest = n % LANES, whole = n - rest;                                                     \
        ELEMENTS_ARE_INDEPENDENT                                                                          \
        for (ptrdiff_t i = 0; i < whole; i += LANES)                                                      \
            name##_##dtype##_pack(at, i);                                                                 \
        if (rest == 0)                                                                                    \
            return;                                                                                       \
        dtype tail[ARGUMENTS][LANES];                                                                     \
        void *tail_at[ARGUMENTS];                                                                         \
        for (int k = 0; k < ARGUMENTS; k++)                                                               \
            tail_at[k] = tail[k];                                                                         \
        for (int k = 0; k < (inputs); k++)                                                                \
            pad_tail((char *)tail[k], (const char *)((const dtype *)at[k] + whole), (size_t)rest, LANES, sizeof(dtype)); \
        name##_##dtype##_pack(tail_at, 0);                                                                \
        for (int k = (inputs); k < ARGUMENTS; k++)                                                        \
            memcpy((dtype *)at[k] + whole, tail[k], (size_t)rest * sizeof(dtype));                        \
    }

#define LOAD(dtype, work, k) v_load_##dtype##_as_##work((const dtype *)at[k] + i)
#define STORE(dtype, work, k, pack) v_store_##dtype##_from_##work((dtype *)at[k] + i, pack)

#define PACK_1_1(dtype, work, function) STORE(dtype, work, 1, function(LOAD(dtype, work, 0)));
#define PACK_2_1(dtype, work, function) \
    STORE(dtype, work, 2, function(LOAD(dtype, work, 0), LOAD(dtype, work, 1)));
#define PACK_2_2(dtype, work, function)                                         \
    v##work first, second;                                                      \
    function(LOAD(dtype, work, 0), LOAD(dtype, work, 1), &first, &second);      \
    STORE(dtype, work, 2, first);                                               \
    STORE(dtype, work, 3, second);

#endif
