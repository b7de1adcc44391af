/* What a processor's divider takes for vectors of 512 bits, in which AVX-512 differs most between processors. */
#ifndef PYSIGMOID_DIVIDERS_H
#define PYSIGMOID_DIVIDERS_H

/* Whether kernels that share divisions are faster there: by vendor and family as CPUID has them. */
int divides_slowly(const char *vendor, unsigned family);

/* The same of this processor. */
int this_cpu_divides_slowly(void);

#endif
