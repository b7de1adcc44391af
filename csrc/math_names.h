/* Names in the texts that serve several working precisions: WORK is f64, f32 or longdouble while such a text is read. */
#ifndef PYSIGMOID_MATH_NAMES_H
#define PYSIGMOID_MATH_NAMES_H

#define GLUE_EXPANDED(a, b) a##b
#define GLUE(a, b) GLUE_EXPANDED(a, b)

#define V(word) GLUE(v_##word##_, WORK)          /* a word of the vocabulary: v_add_f64 */
#define C(constant) GLUE(constant##_, WORK)      /* a constant: ln2_high_f64 */
#define F(function) GLUE(function##_in_, WORK)   /* a function of this precision: sigmoid_in_f64 */
#define vf GLUE(v, WORK)                         /* a pack: vf64 */

#endif
