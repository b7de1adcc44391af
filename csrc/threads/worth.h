/* When a job is worth sharing: a matter of time, and of whether the workers are awake. Read by pool.c alone.
 *
 * Calls that follow each other closely are a series. In a series the workers look out for the next job for so long that
 * they meet it awake, and short jobs are shared as well; the first of them wakes the workers for the others. Where that
 * does not pay, since other programs want the CPUs, short jobs stay alone so long that the loss is a twentieth of it. */
#ifndef PYSIGMOID_WORTH_H
#define PYSIGMOID_WORTH_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

typedef int64_t nanoseconds;

/* A job is shared when the caller alone would need longer than this. Waking a parked worker takes 25 to 50 us on a
 * virtual machine; of 100 us two threads still save 30 us then, and 45 us where the worker is awake. */
static const nanoseconds WORTH_SHARING = 100 * 1000;

/* The same in a series: a few times what it takes to hand a chunk to a worker that is awake, and to hear of its end. */
static const nanoseconds WORTH_SHARING_IN_SERIES = 12 * 1000;

/* A call that begins so soon after the end of another one makes a series with it. */
static const nanoseconds FOLLOWS = 50 * 1000;

/* How long all workers together look out for the next job before they sleep, and how long each of them at least in a
 * series, whose next job comes after a call of Python's and a first piece. */
static const nanoseconds WORKERS_SPIN = 80 * 1000, SPIN_IN_SERIES = 20 * 1000;

/* The last chunks: what one thread may have to wait for another, and still much more than it takes to hand one out. */
static const nanoseconds SHORTEST_CHUNK = 8 * 1000, SHORTEST_CHUNK_IN_SERIES = 4 * 1000;

static nanoseconds now(void)
{
#if defined(__APPLE__)
    return (nanoseconds)clock_gettime_nsec_np(CLOCK_UPTIME_RAW); /* CLOCK_MONOTONIC ticks in microseconds there */
#else
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (nanoseconds)time.tv_sec * 1000000000 + time.tv_nsec;
#endif
}

/* When the last job ended that was long enough for a series, and until when short ones stay alone. */
static nanoseconds _Atomic last_end, alone_until;

/* What sharing short jobs has gained of late. A loan pays for waking the workers; it is given again for a time alone that
 * is twenty times as long as it and what is missing. */
static const nanoseconds LOAN = 10 * 1000, MOST_CREDIT = 20 * 1000;
static nanoseconds _Atomic credit = 10 * 1000;

static int follows_another(nanoseconds start)
{
    return start - atomic_load(&last_end) < FOLLOWS && start >= atomic_load(&alone_until);
}

/* After a short job of a series that was shared, of which `alone` was expected of the caller alone. */
static void settle(nanoseconds start, nanoseconds alone)
{
    nanoseconds end = now(), left = atomic_load(&credit) + alone - (end - start);
    if (left < 0) {
        atomic_store(&alone_until, end + 20 * (LOAN - left));
        left = LOAN;
    }
    atomic_store(&credit, left < MOST_CREDIT ? left : MOST_CREDIT);
}

#endif
