/* Names in the texts that are read several times. Their functions are called <function>_in_<READING>, after the working
 * precision (narrow, wide, extended: kernels.h; extreme: with exponents of any size) or the bare arithmetic (f32, f64).
 *
 * The formula of a function itself is <function>_in_<working precision>; or <function>_<dtype>, made of pieces in bare
 * arithmetic, where every input of the dtype was tried and those that would miss are patched.
 *
 * Each reading defines
 *   READING  its name, as above
 *   WORK     the type of its arithmetic: f64, f32 or longdouble
 *   MADD     how a product is added: madd, fused or not as is fastest, where every result is proved right either way; fma
 *            where results are not all correctly rounded, and bits agree only if operations do */
#ifndef PYSIGMOID_MATH_NAMES_H
#define PYSIGMOID_MATH_NAMES_H

#define GLUE_EXPANDED(a, b) a##b
#define GLUE(a, b) GLUE_EXPANDED(a, b)

#define V(word) GLUE(GLUE(v_, word), GLUE(_, WORK))   /* a word of the vocabulary: v_add_f64 */
#define C(constant) GLUE(constant##_, WORK)           /* a constant: ln2_high_f64 */
#define F(function) GLUE(function##_in_, READING)     /* a function of this reading: sigmoid_in_narrow */
#define VF GLUE(v, WORK)                              /* a pack: vf64 */

/* A text that few packs take: it stands once, but where a compiler shall vectorize the loop around it. */
#if V_BRANCHES_PAY
#define SELDOM static NEVER_INLINE
#else
#define SELDOM INLINE
#endif

#endif
