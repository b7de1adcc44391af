/* Names in the texts that are read several times, each time with
 *   WORK     the working precision: f64, f32 or longdouble
 *   MADD     how a product is added: madd, fused or not as is fastest, where every result is proved right either way; fma
 *            where results are not all correctly rounded, and bits agree only if operations do
 *   READING  the name of this reading, which its functions carry: sigmoid_in_f64 */
#ifndef PYSIGMOID_MATH_NAMES_H
#define PYSIGMOID_MATH_NAMES_H

#define GLUE_EXPANDED(a, b) a##b
#define GLUE(a, b) GLUE_EXPANDED(a, b)

#define V(word) GLUE(GLUE(v_, word), GLUE(_, WORK)) /* a word of the vocabulary: v_add_f64 */
#define C(constant) GLUE(constant##_, WORK)       /* a constant: ln2_high_f64 */
#define F(function) GLUE(function##_in_, READING) /* a function of this reading: sigmoid_in_f64 */
#define vf GLUE(v, WORK)                          /* a pack: vf64 */

#endif
