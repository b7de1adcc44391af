/* How a vocabulary for vectors is written: each word once, for one vector, and this makes it work on a pack.
 *
 * A pack is PACK vectors. Every word runs over all of them before the next word starts, so that a formula written for one
 * number is interleaved stage by stage and the latency of each operation hides behind its neighbours. The vectors are
 * fields, not an array: compilers keep fields in registers.
 *
 * A word is called v_<word>_<type>. Where no instruction does it alone, v_<word>_<type>_one is the word for one vector. */
#ifndef PYSIGMOID_VEC_PACK_H
#define PYSIGMOID_VEC_PACK_H

#include "inline.h"

/* Lists and statements with one entry for each vector: EACH(of, ...) of of(i, ...), APPLY2(f, a, b) of f on the vectors of
 * a and b, ALL(x) of x itself. GATHER(f, of, x) is f over of(i, x), COMBINE(operation, a) an operator over the vectors.
 * FROM and TO apply f to addresses `lanes` apart. */
#if PACK == 1
#define VECTORS(vector) vector v0
#define EACH(of, ...) of(0, __VA_ARGS__)
#define DO_EACH(of, ...) of(0, __VA_ARGS__);
#define APPLY1(f, a) f(a.v0)
#define APPLY2(f, a, b) f(a.v0, b.v0)
#define APPLY3(f, a, b, c) f(a.v0, b.v0, c.v0)
#define ALL(x) x
#define GATHER(f, of, x) of(0, x)
#define COMBINE(operation, a) a.v0
#define FROM(f, x, lanes) f(x)
#define TO(f, y, lanes, a) f(y, a.v0)
#elif PACK == 4
#define VECTORS(vector) vector v0, v1, v2, v3
#define EACH(of, ...) of(0, __VA_ARGS__), of(1, __VA_ARGS__), of(2, __VA_ARGS__), of(3, __VA_ARGS__)
#define DO_EACH(of, ...) of(0, __VA_ARGS__); of(1, __VA_ARGS__); of(2, __VA_ARGS__); of(3, __VA_ARGS__);
#define APPLY1(f, a) f(a.v0), f(a.v1), f(a.v2), f(a.v3)
#define APPLY2(f, a, b) f(a.v0, b.v0), f(a.v1, b.v1), f(a.v2, b.v2), f(a.v3, b.v3)
#define APPLY3(f, a, b, c) f(a.v0, b.v0, c.v0), f(a.v1, b.v1, c.v1), f(a.v2, b.v2, c.v2), f(a.v3, b.v3, c.v3)
#define ALL(x) x, x, x, x
#define GATHER(f, of, x) f(f(of(0, x), of(1, x)), f(of(2, x), of(3, x)))
#define COMBINE(operation, a) (a.v0 operation a.v1 operation a.v2 operation a.v3)
#define FROM(f, x, lanes) f(x), f(x + 1 * lanes), f(x + 2 * lanes), f(x + 3 * lanes)
#define TO(f, y, lanes, a) f(y, a.v0); f(y + 1 * lanes, a.v1); f(y + 2 * lanes, a.v2); f(y + 3 * lanes, a.v3)
#else
#error "PACK is 1 or 4"
#endif

#define VECTOR(i, x) (x).v##i

#define PACK_TYPE(pack, vector)   \
    typedef vector pack##_vector; \
    typedef struct { VECTORS(vector); } pack;

/* INSTRUCTION1(result, name, type of a, instruction): the word for a pack that an instruction is for a vector; likewise for
 * more operands. */
#define INSTRUCTION1(result, name, type_a, instruction) \
    INLINE result name(type_a a) { return (result){APPLY1(instruction, a)}; }

#define INSTRUCTION2(result, name, type_a, type_b, instruction) \
    INLINE result name(type_a a, type_b b) { return (result){APPLY2(instruction, a, b)}; }

#define INSTRUCTION3(result, name, type_a, type_b, type_c, instruction) \
    INLINE result name(type_a a, type_b b, type_c c) { return (result){APPLY3(instruction, a, b, c)}; }

/* WORD1(result, name, type of a, expression in a): the word for one vector, and for a pack; likewise for more operands. */
#define WORD1(result, name, type_a, expression)                                              \
    INLINE result##_vector name##_one(type_a##_vector a) { return (expression); }            \
    INSTRUCTION1(result, name, type_a, name##_one)

#define WORD2(result, name, type_a, type_b, expression)                                                    \
    INLINE result##_vector name##_one(type_a##_vector a, type_b##_vector b) { return (expression); }       \
    INSTRUCTION2(result, name, type_a, type_b, name##_one)

#define WORD3(result, name, type_a, type_b, type_c, expression)                                      \
    INLINE result##_vector name##_one(type_a##_vector a, type_b##_vector b, type_c##_vector c)       \
    {                                                                                                \
        return (expression);                                                                         \
    }                                                                                                \
    INSTRUCTION3(result, name, type_a, type_b, type_c, name##_one)

/* LOADS(name, dtype, pack, lanes of a vector, expression in `at`) and STORES(name, dtype, pack, lanes, statement in `at` and
 * `a`): the word for one vector at an address, and for a pack. */
#define LOADS(name, dtype, pack, lanes, expression)                            \
    INLINE pack##_vector name##_one(const dtype *at) { return (expression); }  \
    INLINE pack name(const dtype *x) { return (pack){FROM(name##_one, x, lanes)}; }

#define STORES(name, dtype, pack, lanes, statement)                            \
    INLINE void name##_one(dtype *at, pack##_vector a) { statement; }          \
    INLINE void name(dtype *y, pack x) { TO(name##_one, y, lanes, x); }

/* Hides from clang where a number came from: it would narrow a comparison that follows float16's conversion to float16
 * itself, and make it lane by lane (2 to 10 times slower, measured with clang 14). */
#if defined(__clang__) && defined(__x86_64__)
#define HIDE_ORIGIN(x) __asm__("" : "+v"(x))
#else
#define HIDE_ORIGIN(x)
#endif

#endif
