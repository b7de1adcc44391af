/* From one pack to an array: KERNEL(inputs, outputs, name, dtype, work, formula) is the kernel <name>_<dtype>_kernel. It
 * loads a pack from each input, as numbers of type `work`, applies the formula, and stores a pack to each output.
 *
 * The rest that does not fill a pack is copied to one, padded with its own last element, so that body and tail run the same
 * code and no lane sees a value that could raise a flag of its own. */
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

/* The packs of a step of few, whose places in it the compiler shall see. */
#if V_BRANCHES_PAY
#define ELEMENTS_IN_STEP _Pragma("GCC unroll 4")
#else
#define ELEMENTS_IN_STEP ELEMENTS_ARE_INDEPENDENT
#endif

enum { MOST_PACK_BYTES = 4 * 64 };

/* Where a kernel passes twice over its elements, so many at a time: what the first pass leaves for the second stays in the
 * first-level cache. A chain of a hundred operations is more than a processor that reorders 256 can overlap with the next
 * one; two of half the length are not. */
enum { ELEMENTS_OF_PASS = 128 };

/* The `count` elements at `from`, fewer than the lanes of a pack, and then the last one over and over. */
INLINE void copy_padded(char *pack, const char *from, size_t count, size_t lanes, size_t size)
{
    memcpy(pack, from, count * size);
    for (size_t lane = count; lane < lanes; lane++)
        memcpy(pack + lane * size, from + (count - 1) * size, size);
}

#define LOAD(dtype, work, operand, i) v_load_##dtype##_as_##work((const dtype *)(operand) + (i))
#define STORE(dtype, work, operand, i, pack) v_store_##dtype##_from_##work((dtype *)(operand) + (i), pack)

/* The formula for element i of the operands and those that fill a pack with it. */
#define APPLY_1_1(dtype, work, formula, operands, i) \
    STORE(dtype, work, (operands)[1], i, formula(LOAD(dtype, work, (operands)[0], i)))
#define APPLY_1_2(dtype, work, formula, operands, i)                    \
    do {                                                                \
        v##work first, second;                                          \
        formula(LOAD(dtype, work, (operands)[0], i), &first, &second);  \
        STORE(dtype, work, (operands)[1], i, first);                    \
        STORE(dtype, work, (operands)[2], i, second);                   \
    } while (0)
#define APPLY_2_1(dtype, work, formula, operands, i) \
    STORE(dtype, work, (operands)[2], i,             \
          formula(LOAD(dtype, work, (operands)[0], i), LOAD(dtype, work, (operands)[1], i)))
#define APPLY_2_2(dtype, work, formula, operands, i)                                                        \
    do {                                                                                                    \
        v##work first, second;                                                                              \
        formula(LOAD(dtype, work, (operands)[0], i), LOAD(dtype, work, (operands)[1], i), &first, &second); \
        STORE(dtype, work, (operands)[2], i, first);                                                        \
        STORE(dtype, work, (operands)[3], i, second);                                                       \
    } while (0)

/* A file of kernels for packs of several vectors names in REST_ISA the one whose packs are single vectors: it computes
 * what fills no larger pack, and all of a short call. */
#ifdef REST_ISA
extern const struct kernels GLUE(kernels_, REST_ISA);
#define APPLY_TO_REST(inputs, outputs, name, dtype, work, formula, rest, count) \
    GLUE(kernels_, REST_ISA).name[DTYPE_##dtype](rest, (ptrdiff_t)(count))
#else
#define APPLY_TO_REST(inputs, outputs, name, dtype, work, formula, rest, count)   \
    do {                                                                          \
        char packs[MAX_OPERANDS][MOST_PACK_BYTES];                                \
        void *padded[MAX_OPERANDS] = {packs[0], packs[1], packs[2], packs[3]};    \
        for (int k = 0; k < (inputs); k++)                                        \
            copy_padded(packs[k], (rest)[k], count, LANES_##work, sizeof(dtype)); \
        APPLY_##inputs##_##outputs(dtype, work, formula, padded, 0);              \
        for (int k = (inputs); k < (inputs) + (outputs); k++)                     \
            memcpy((rest)[k], packs[k], (count) * sizeof(dtype));                 \
    } while (0)
#endif

#define KERNEL(inputs, outputs, name, dtype, work, formula)                          \
    LINKAGE void name##_##dtype##_kernel(void *const *operands, ptrdiff_t n)         \
    {                                                                                \
        enum { LANES = LANES_##work, OPERANDS = (inputs) + (outputs) };              \
        size_t count = (size_t)(n % LANES);                                          \
        ptrdiff_t whole = n - (ptrdiff_t)count;                                      \
        void *at[OPERANDS], *rest[OPERANDS];                                         \
        for (int k = 0; k < OPERANDS; k++) {                                         \
            at[k] = operands[k];                                                     \
            rest[k] = (dtype *)operands[k] + whole;                                  \
        }                                                                            \
        ELEMENTS_ARE_INDEPENDENT                                                     \
        for (ptrdiff_t i = 0; i < whole; i += LANES)                                 \
            APPLY_##inputs##_##outputs(dtype, work, formula, at, i);                 \
        if (count != 0)                                                              \
            APPLY_TO_REST(inputs, outputs, name, dtype, work, formula, rest, count); \
    }

#endif
