/* Chooses the kernels for this CPU, once, at import. */
#ifndef PYSIGMOID_DISPATCH_H
#define PYSIGMOID_DISPATCH_H

#include "kernels.h"

/* The table that the ufunc loops read. */
extern struct kernels active;

enum isa_choice { ISA_CHOSEN, ISA_UNKNOWN, ISA_UNAVAILABLE, ISA_KEPT };

/* Fills `active`, at the first call, with the kernels of the instruction set called `wanted`, or with the best ones where
 * `wanted` is NULL or empty. ISA_UNKNOWN leaves `active` as it was; with ISA_UNAVAILABLE it has the best ones instead, or
 * those it had; with ISA_KEPT it has those of the first call, which were others. */
enum isa_choice choose_isa(const char *wanted);

/* The name of the instruction set in `active`. */
const char *active_isa(void);

/* The i-th known instruction set, best first; NULL past the end. `*available` tells whether this CPU runs it. */
const char *known_isa(int i, int *available);

/* The i-th CPU feature that the choice may look at; NULL past the end. `*present` tells whether this CPU has it. */
const char *cpu_feature(int i, int *present);

#endif
