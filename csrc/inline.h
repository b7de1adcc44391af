/* A formula is cut into functions for the reader. The compiler has to see through all of them: a pack that is handed over
 * in memory costs more than the arithmetic (up to three times the whole, measured with gcc 12 and clang 14). */
#ifndef PYSIGMOID_INLINE_H
#define PYSIGMOID_INLINE_H

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

#endif
