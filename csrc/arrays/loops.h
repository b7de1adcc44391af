/* The inner loop that NumPy calls, whichever function runs. */
#ifndef PYSIGMOID_LOOPS_H
#define PYSIGMOID_LOOPS_H

#include "kernels.h"

/* What tells one function and dtype from another; NumPy hands it back with every call. */
struct loop {
    kernel *const *slot, *const *slot_for_one; /* in `active`, in `active_for_one` */
    enum dtype dtype;
    int inputs, outputs;
};

/* args: the inputs, then the outputs; dimensions[0] elements, steps in bytes; data: a struct loop. */
void run_loop(char **args, const intptr_t *dimensions, const intptr_t *steps, void *data);

#endif
