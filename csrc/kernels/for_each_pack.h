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
#include "math/names.h"

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

/* Computes elements [i, i + lanes of a pack) of the operands. */
typedef void pack_function(void *const *operands, ptrdiff_t i);

enum { MOST_PACK_BYTES = 4 * 64 };

INLINE void copy_padded(char *pack, const char *from, size_t count, size_t lanes, size_t size)
{
    memcpy(pack, from, count * size);
    for (size_t lane = count; lane < lanes; lane++)
        memcpy(pack + lane * size, from + (count - 1) * size, size);
}

/* The first `count` elements of the operands, fewer than a pack. */
INLINE void compute_padded(pack_function *compute, void *const *operands, size_t count, int inputs, int outputs,
                           size_t lanes, size_t size)
{
    char packs[MAX_OPERANDS][MOST_PACK_BYTES];
    void *at[MAX_OPERANDS] = {packs[0], packs[1], packs[2], packs[3]};
    for (int k = 0; k < inputs; k++)
        copy_padded(packs[k], operands[k], count, lanes, size);
    compute(at, 0);
    for (int k = inputs; k < inputs + outputs; k++)
        memcpy(operands[k], packs[k], count * size);
}

/* A file of kernels for packs of several vectors names in REST_ISA the one whose packs are single vectors: it computes
 * what fills no larger pack, and all of a short call. */
#ifdef REST_ISA
extern const struct kernels GLUE(kernels_, REST_ISA);
#define COMPUTE_REST(name, dtype, inputs, outputs, lanes) \
    GLUE(kernels_, REST_ISA).name[DTYPE_##dtype](rest_of, (ptrdiff_t)rest)
#else
#define COMPUTE_REST(name, dtype, inputs, outputs, lanes) \
    compute_padded(name##_##dtype##_pack, rest_of, rest, inputs, outputs, lanes, sizeof(dtype))
#endif

#define KERNEL(inputs, outputs, name, dtype, work, function)                                              \
    INLINE void name##_##dtype##_pack(void *const *at, ptrdiff_t i)                                       \
    {                                                                                                     \
        PACK_##inputs##_##outputs(dtype, work, function)                                                  \
    }                                                                                                     \
    KERNEL_LINKAGE void name##_##dtype##_kernel(void *const *operands, ptrdiff_t n)                       \
    {                                                                                                     \
        enum { LANES = LANES_##work, OPERANDS = (inputs) + (outputs) };                                   \
        size_t rest = (size_t)(n % LANES);                                                                \
        ptrdiff_t whole = n - (ptrdiff_t)rest;                                                            \
        void *at[OPERANDS], *rest_of[OPERANDS];                                                           \
        for (int k = 0; k < OPERANDS; k++) {                                                              \
            at[k] = operands[k];                                                                          \
            rest_of[k] = (dtype *)operands[k] + whole;                                                    \
        }                                                                                                 \
        ELEMENTS_ARE_INDEPENDENT                                                                          \
        for (ptrdiff_t i = 0; i < whole; i += LANES)                                                      \
            name##_##dtype##_pack(at, i);                                                                 \
        if (rest != 0)                                                                                    \
            COMPUTE_REST(name, dtype, inputs, outputs, LANES);                                            \
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
