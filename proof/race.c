/* race <seconds>: hammers the pool and the loops from several threads, and checks every result, up to the first wrong one.
 *
 * Built with -fsanitize=thread it also reports every race. Four threads call at once, with numbers of threads of their
 * own and of the process that change all the time; tasks call the pool again; the loops run with and without strides, in
 * place, and in a floating-point mode of the callers, whose flags must stay. */
#define _GNU_SOURCE
#include <fenv.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arrays/loops.h"
#include "threads/pool.h"

enum { CALLERS = 4, LARGEST = 600 * 1000 };

static atomic_int over, wrong;
static atomic_long calls;

static void complain(const char *what, ptrdiff_t n, ptrdiff_t at)
{
    fprintf(stderr, "%s: n = %td, at %td\n", what, n, at);
    atomic_store(&wrong, 1);
}

/* ---- the pool: every element once, borders at multiples of the grain ---- */

struct counting {
    unsigned char *times;
    ptrdiff_t n, grain;
    int nested;
};

static void count_elements(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct counting *counting = job;
    if (begin % counting->grain != 0 || (end % counting->grain != 0 && end != counting->n) || begin >= end)
        complain("border", counting->n, begin);
    for (ptrdiff_t i = begin; i < end; i++)
        counting->times[i]++;
}

/* Counts by a job of its own, which must not wait for the one it is part of. */
static void count_nested(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct counting *outer = job;
    struct counting inner = {outer->times + begin, end - begin, outer->grain, 0};
    run_in_parallel(count_elements, &inner, inner.n, inner.grain);
}

static void try_pool(unsigned char *times, ptrdiff_t n, ptrdiff_t grain, int nested)
{
    struct counting counting = {times, n, grain, nested};
    memset(times, 0, (size_t)n);
    run_in_parallel(nested ? count_nested : count_elements, &counting, n, grain);
    for (ptrdiff_t i = 0; i < n; i++)
        if (times[i] != 1)
            complain("element not computed once", n, i);
}

/* ---- the loops ---- */

/* Two operations that round, so that the mode shows. */
static f32 formula(f32 x)
{
    return x / 3.0f + 0.1f;
}

static void apply_formula(void *const *operands, ptrdiff_t n)
{
    const f32 *x = operands[0];
    f32 *y = operands[1];
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] = formula(x[i]);
}

static void try_loop(f32 *x, f32 *y, f32 *want, ptrdiff_t n, ptrdiff_t step, int in_place)
{
    static kernel *const slot = apply_formula;
    static struct loop loop = {&slot, &slot, DTYPE_f32, 1, 1};
    char *args[2] = {(char *)x, (char *)(in_place ? x : y)};
    intptr_t dimensions[1] = {n}, bytes = step * (intptr_t)sizeof(f32), steps[2] = {bytes, bytes};
    for (ptrdiff_t i = 0; i < n; i++) {
        x[i * step] = (f32)(i % 1000);
        want[i] = formula((f32)(i % 1000));
    }
    fesetround(FE_UPWARD);
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept(FE_DIVBYZERO);
    run_loop(args, dimensions, steps, &loop);
    if (fegetround() != FE_UPWARD || fetestexcept(FE_ALL_EXCEPT) != FE_DIVBYZERO)
        complain("caller's rounding mode or flags lost", n, 0);
    fesetround(FE_TONEAREST);
    for (ptrdiff_t i = 0; i < n; i++)
        if (memcmp((char *)args[1] + i * bytes, &want[i], sizeof(f32)) != 0)
            complain("wrong bits", n, i);
}

/* ---- the callers ---- */

static void *call_and_check(void *number)
{
    static const ptrdiff_t grains[] = {1, 64, 1000, 100 * 1000};
    unsigned seed = *(unsigned *)number;
    unsigned char *times = malloc(LARGEST);
    f32 *x = malloc(2 * LARGEST * sizeof *x), *y = malloc(2 * LARGEST * sizeof *y), *want = malloc(LARGEST * sizeof *want);
    if (times == NULL || x == NULL || y == NULL || want == NULL)
        abort();
    while (!atomic_load(&over)) {
        ptrdiff_t n = 1 + rand_r(&seed) % LARGEST;
        set_own_threads(rand_r(&seed) % 4);
        try_pool(times, n, grains[rand_r(&seed) % 4], rand_r(&seed) % 2);
        try_loop(x, y, want, n, 1 + rand_r(&seed) % 2, rand_r(&seed) % 2);
        atomic_fetch_add(&calls, 1);
    }
    free(times);
    free(x);
    free(y);
    free(want);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[CALLERS];
    unsigned numbers[CALLERS];
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 2);
    for (unsigned i = 0; i < CALLERS; i++) {
        numbers[i] = i + 1;
        if (pthread_create(&threads[i], NULL, call_and_check, &numbers[i]) != 0)
            abort();
    }
    for (int count = 1; time(NULL) < end && !atomic_load(&wrong); count = count % 8 + 1) {
        struct timespec millisecond = {0, 1000 * 1000};
        set_process_threads(count);
        nanosleep(&millisecond, NULL);
    }
    atomic_store(&over, 1);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(threads[i], NULL);
    printf("%ld %d\n", atomic_load(&calls), pool_workers());
    return atomic_load(&wrong) || pool_workers() == 0;
}
