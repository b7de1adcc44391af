/* How a vocabulary for vectors is written: each word once, for one vector, and this makes it work on a pack.
 *
 * A pack is PACK vectors. Every word runs over all of them before the next word starts, so that a formula written for one
 * number is interleaved stage by stage and the latency of each operation hides behind its neighbours. The vectors are
 * fields, not an array: compilers keep fields in registers. */
#ifndef PYSIGMOID_VEC_PACK_H
#define PYSIGMOID_VEC_PACK_H

#include "inline.h"

#define WORD INLINE

#if PACK == 1
#define VECTORS(vector) vector v0
#define EACH(of) of(0)
#define DO_EACH(of) of(0);
#elif PACK == 4
#define VECTORS(vector) vector v0, v1, v2, v3
#define EACH(of) of(0), of(1), of(2), of(3)
#define DO_EACH(of) of(0); of(1); of(2); of(3);
#else
#error "PACK is 1 or 4"
#endif

#define PACK_TYPE(pack, vector)        \
    typedef vector pack##_vector;      \
    typedef struct { VECTORS(vector); } pack;

/* WORD1(result, name, type of a, expression in a): the word for one vector, and for a pack; likewise for more operands. */
#define WORD1(result, name, type_a, expression)                                                           \
    WORD result##_vector name##_one(type_a##_vector a) { return (expression); }                           \
    WORD result name(type_a a) { return (result){APPLY1(name##_one, a)}; }

#define WORD2(result, name, type_a, type_b, expression)                                                   \
    WORD result##_vector name##_one(type_a##_vector a, type_b##_vector b) { return (expression); }        \
    WORD result name(type_a a, type_b b) { return (result){APPLY2(name##_one, a, b)}; }

#define WORD3(result, name, type_a, type_b, type_c, expression)                                           \
    WORD result##_vector name##_one(type_a##_vector a, type_b##_vector b, type_c##_vector c) { return (expression); } \
    WORD result name(type_a a, type_b b, type_c c) { return (result){APPLY3(name##_one, a, b, c)}; }

#if PACK == 1
#define APPLY1(f, a) f(a.v0)
#define APPLY2(f, a, b) f(a.v0, b.v0)
#define APPLY3(f, a, b, c) f(a.v0, b.v0, c.v0)
#define ALL(x) x
#define GATHER(f, of) of(0)
#define COMBINE(operation, a) a.v0
#define FROM(f, x, lanes) f(x)
#define TO(f, y, lanes, a) f(y, a.v0)
#elif PACK == 4
#define APPLY1(f, a) f(a.v0), f(a.v1), f(a.v2), f(a.v3)
#define APPLY2(f, a, b) f(a.v0, b.v0), f(a.v1, b.v1), f(a.v2, b.v2), f(a.v3, b.v3)
#define APPLY3(f, a, b, c) f(a.v0, b.v0, c.v0), f(a.v1, b.v1, c.v1), f(a.v2, b.v2, c.v2), f(a.v3, b.v3, c.v3)
#define ALL(x) x, x, x, x
#define GATHER(f, of) f(f(of(0), of(1)), f(of(2), of(3)))
#define COMBINE(operation, a) (a.v0 operation a.v1 operation a.v2 operation a.v3)
#define FROM(f, x, lanes) f(x), f(x + 1 * lanes), f(x + 2 * lanes), f(x + 3 * lanes)
#define TO(f, y, lanes, a) f(y, a.v0); f(y + 1 * lanes, a.v1); f(y + 2 * lanes, a.v2); f(y + 3 * lanes, a.v3)
#endif

#define VECTOR(i) x.v##i

/* Hides from clang where a number came from: it would narrow a comparison that follows float16's conversion to float16
 * itself, and make it lane by lane (2 to 10 times slower, measured with clang 14). */
#if defined(__clang__) && defined(__x86_64__)
#define HIDE_ORIGIN(x) __asm__("" : "+v"(x))
#else
#define HIDE_ORIGIN(x)
#endif

/* LOADS(work, dtype, lanes of a vector, expression in `at`) and STORES(work, dtype, lanes, statement in `at` and `a`): one
 * vector at an address, and so a pack. */
#define LOADS(work, dtype, lanes, vector) \
    WORD v##work##_vector v_load_##dtype##_as_##work##_one(const dtype *at) { return (vector); }               \
    WORD v##work v_load_##dtype##_as_##work(const dtype *x)                                                    \
    {                                     \
        return (v##work){FROM(v_load_##dtype##_as_##work##_one, x, lanes)};                                    \
    }

#define STORES(work, dtype, lanes, statement)                                                                  \
    WORD void v_store_##dtype##_from_##work##_one(dtype *at, v##work##_vector a) { statement; }                \
    WORD void v_store_##dtype##_from_##work(dtype *y, v##work x) { TO(v_store_##dtype##_from_##work##_one, y, lanes, x); }

#endif
