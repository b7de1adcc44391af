/* One loop over [0, n), shared among threads where that saves time.
 *
 * The pool knows ranges and nothing of what is computed. Its threads are made at the first job that is worth them, serve
 * one job at a time, and never outlive a fork: a forked child starts without them. */
#ifndef PYSIGMOID_POOL_H
#define PYSIGMOID_POOL_H

#include <stddef.h>

/* Computes elements [begin, end) of a job. */
typedef void pool_task(void *job, ptrdiff_t begin, ptrdiff_t end);

/* Runs a task over [0, n): on all threads this caller may use where that saves time, else on the caller alone. Borders
 * between calls of the task are multiples of grain (elements, counted from 0). */
void run_in_parallel(pool_task *task, void *job, ptrdiff_t n, ptrdiff_t grain);

/* Jobs below this length always run on the caller alone: who knows that may call the task directly. */
enum { LEAST_PARALLEL = 16384 };

/* How many threads a job may use, its caller among them. */
enum { MOST_THREADS = 1024 };

/* Of the process. */
int process_threads(void);
void set_process_threads(int count);

/* Of the calling thread alone; 0 where it goes by the process. */
int own_threads(void);
void set_own_threads(int count);

/* Threads that exist beside the callers: fewer than wanted where the system refused more. */
int pool_workers(void);

#endif
