/* A formula is cut into functions for the reader. The compiler has to see through all of them: a pack that is handed over
 * in memory costs more than the arithmetic (up to three times the whole, measured with gcc 12 and clang 14). What is RARELY
 * so goes out of the way: the loop is 8 % faster for it. What is NEVER_INLINE stands once, for the size of the program; nothing
 * is known of it where it is called, as gcc 12 would keep constants in vectors around a call of what spares them, and forget
 * to clear their upper halves, which costs the caller 0.12 us. */
#ifndef PYSIGMOID_INLINE_H
#define PYSIGMOID_INLINE_H

#if defined(__GNUC__) || defined(__clang__) /* clang-cl is the latter only */
#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define NEVER_INLINE __attribute__((noinline))
#else
#define NEVER_INLINE __attribute__((noipa))
#endif
#define RARELY(condition) __builtin_expect(condition, 0)
#else
#define INLINE static inline
#define NEVER_INLINE
#define RARELY(condition) (condition)
#endif

#endif
