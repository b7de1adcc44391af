/* Tasks of the pool in the floating-point mode of the library, which is each thread's own. */
#ifndef PYSIGMOID_TASKS_H
#define PYSIGMOID_TASKS_H

#include "threads/pool.h"

/* Runs a task over [0, n) as run_in_parallel does. uses_x87: see enter_mode. */
void run_in_our_mode(pool_task *compute, void *job, ptrdiff_t n, ptrdiff_t grain, int uses_x87);

#endif
