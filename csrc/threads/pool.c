/* A pool of threads, in which the caller of a job works too.
 *
 * One job at a time. Whoever finds the pool taken, by another caller or by the task it runs in, works alone: nobody ever
 * waits for a job to begin, so nothing can lock up.
 *
 * The caller describes the job, opens it by writing the number of free places into `admission`, and raises `generation`,
 * which the workers watch. A worker enters by exchanging a place for its presence, all in one word, so that the caller can
 * close the job to newcomers and wait for nobody but those inside: a worker that the system is slow to wake costs nothing.
 * The chunks are handed out by one counter, large ones first.
 *
 * Workers are detached and never joined; at exit they simply end. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "threads/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "threads/worth.h"

/* How long a caller looks out for the last worker: longer, and it keeps from its CPU a worker that waits for that one. */
static const nanoseconds CALLERS_SPIN = 20 * 1000;

/* Elements that are computed first, and clocked. */
enum { FIRST_PIECE = 4096 };

/* A task may keep some tens of kilobytes on its stack. */
enum { WORKER_STACK = 512 * 1024 };

/* `admission`: how many more workers may enter, times PLACE, plus how many are inside. */
enum { PLACE = 1 << 16, INSIDE = PLACE - 1 };

static struct {
    atomic_flag taken;
    atomic_uint generation, admission;
    atomic_int workers, creation_failed;
    nanoseconds _Atomic spin; /* of each worker, after a job */

    /* Sleeping: who goes to sleep announces it first and then looks again; who has news gives them first and then looks
     * for sleepers. One of the two notices the other. */
    atomic_int sleeping_workers, sleeping_caller;
    pthread_mutex_t lock;
    pthread_cond_t news, all_left;

    pool_task *task;
    void *job;
    ptrdiff_t n, grain, shortest, shares;
    atomic_ptrdiff_t next;
} pool = {.taken = ATOMIC_FLAG_INIT,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .news = PTHREAD_COND_INITIALIZER,
          .all_left = PTHREAD_COND_INITIALIZER};

/* ---- forks ---- */

/* The child has none of the threads. What they held or waited for is made anew, without a look at what it was. */
static void forget_pool(void)
{
    atomic_flag_clear(&pool.taken);
    atomic_store(&pool.admission, 0);
    atomic_store(&pool.workers, 0);
    atomic_store(&pool.creation_failed, 0);
    atomic_store(&pool.sleeping_workers, 0);
    atomic_store(&pool.sleeping_caller, 0);
    pool.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    pool.news = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    pool.all_left = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
}

static atomic_int ready_for_forks;

static void prepare_for_forks(void)
{
    ready_for_forks = pthread_atfork(NULL, NULL, forget_pool) == 0;
}

/* ---- settings ---- */

static atomic_int count_of_process = 1;
static _Thread_local int count_of_caller;

int process_threads(void)
{
    return atomic_load(&count_of_process);
}

/* No job is shared before this was called, so a fork always finds its handler. */
void set_process_threads(int count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare_for_forks);
    atomic_store(&count_of_process, count);
    atomic_store(&pool.creation_failed, 0);
}

int own_threads(void)
{
    return count_of_caller;
}

void set_own_threads(int count)
{
    count_of_caller = count;
}

int pool_workers(void)
{
    return atomic_load(&pool.workers);
}

static int threads_allowed(void)
{
    return count_of_caller > 0 ? count_of_caller : process_threads();
}

/* ---- waiting ---- */

static inline void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Whether the word loses this value within the limit. Who yields gives way between two looks: the system may run a worker
 * on the very CPU whose caller it waits for, and then 80 us of looking out would be lost to that caller. */
static int changes_soon(atomic_uint *word, unsigned value, nanoseconds limit, int yields)
{
    nanoseconds end = limit > 0 ? now() + limit : 0;
    while (atomic_load(word) == value) {
        if (limit == 0 || now() >= end)
            return 0;
        if (yields)
            sched_yield();
        for (int i = 0; i < 8; i++)
            pause_cpu();
    }
    return 1;
}

static int cpus_allowed(void)
{
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

/* ---- working ---- */

/* The next chunk is a share of what is left, so that the chunks are few and the last ones short. */
static int take_chunk(ptrdiff_t *begin, ptrdiff_t *end)
{
    ptrdiff_t from = atomic_load_explicit(&pool.next, memory_order_relaxed), size, left;
    do {
        left = pool.n - from;
        if (left <= 0)
            return 0;
        size = left / pool.shares;
        size -= size % pool.grain;
        if (size < pool.shortest)
            size = pool.shortest;
        if (size > left)
            size = left;
    } while (!atomic_compare_exchange_weak_explicit(&pool.next, &from, from + size, memory_order_relaxed,
                                                    memory_order_relaxed));
    *begin = from;
    *end = from + size;
    return 1;
}

static void work(void)
{
    ptrdiff_t begin, end;
    while (take_chunk(&begin, &end))
        pool.task(pool.job, begin, end);
}

/* ---- workers ---- */

/* Acquires what the caller wrote before it opened the job. */
static int enter(void)
{
    unsigned admission = atomic_load(&pool.admission);
    while (admission >= PLACE)
        if (atomic_compare_exchange_weak(&pool.admission, &admission, admission - PLACE + 1))
            return 1;
    return 0;
}

/* Releases what the worker has written. */
static void leave(void)
{
    if (atomic_fetch_sub(&pool.admission, 1) != 1 || !atomic_load(&pool.sleeping_caller))
        return;
    pthread_mutex_lock(&pool.lock);
    pthread_cond_signal(&pool.all_left);
    pthread_mutex_unlock(&pool.lock);
}

static void sleep_until_news(unsigned generation)
{
    pthread_mutex_lock(&pool.lock);
    atomic_fetch_add(&pool.sleeping_workers, 1);
    while (atomic_load(&pool.generation) == generation)
        pthread_cond_wait(&pool.news, &pool.lock);
    atomic_fetch_sub(&pool.sleeping_workers, 1);
    pthread_mutex_unlock(&pool.lock);
}

static void *serve(void *unused)
{
    for (;;) {
        unsigned generation = atomic_load(&pool.generation);
        if (enter()) {
            work();
            leave();
        }
        if (!changes_soon(&pool.generation, generation, atomic_load(&pool.spin), 1))
            sleep_until_news(generation);
    }
    return unused;
}

static int start_worker(size_t stack)
{
    pthread_t thread;
    pthread_attr_t attributes;
    int started;
    if (pthread_attr_init(&attributes) != 0)
        return 0;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    started = (stack == 0 || pthread_attr_setstacksize(&attributes, stack) == 0)
              && pthread_create(&thread, &attributes, serve, NULL) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

/* The signals that workers block: all but those that a thread's own instructions raise, which nobody else could handle.
 * Blocked, they would end the process before a handler, such as faulthandler's, has said where. */
static sigset_t signals_of_others(void)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t signals;
    sigfillset(&signals);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&signals, own[i]);
    return signals;
}

/* Brings the workers to the number wanted, or as near as the system allows; returns how many of them there are. They
 * inherit a mask that blocks signals: those belong to the threads of the program. */
static int start_workers(int wanted)
{
    sigset_t others = signals_of_others(), callers;
    int workers = pool_workers();
    if (workers >= wanted)
        return wanted;
    if (atomic_load(&pool.creation_failed) || !ready_for_forks)
        return workers;
    pthread_sigmask(SIG_SETMASK, &others, &callers);
    while (workers < wanted && (start_worker(WORKER_STACK) || start_worker(0)))
        workers++;
    pthread_sigmask(SIG_SETMASK, &callers, NULL);
    atomic_store(&pool.workers, workers);
    atomic_store(&pool.creation_failed, workers < wanted);
    return workers;
}

/* ---- callers ---- */

static void open_job(int places)
{
    int sleepers;
    atomic_store(&pool.admission, (unsigned)places * PLACE);
    atomic_fetch_add(&pool.generation, 1);
    if (atomic_load(&pool.sleeping_workers) == 0)
        return;
    pthread_mutex_lock(&pool.lock);
    sleepers = atomic_load(&pool.sleeping_workers);
    pthread_mutex_unlock(&pool.lock);
    if (sleepers <= places)
        pthread_cond_broadcast(&pool.news); /* one call of the system for all of them */
    else
        for (int i = 0; i < places; i++)
            pthread_cond_signal(&pool.news);
}

static void close_job(nanoseconds spin)
{
    unsigned inside = atomic_fetch_and(&pool.admission, INSIDE) & INSIDE;
    while (inside > 0 && changes_soon(&pool.admission, inside, spin, 0))
        inside = atomic_load(&pool.admission);
    if (inside == 0)
        return;
    pthread_mutex_lock(&pool.lock);
    atomic_store(&pool.sleeping_caller, 1);
    while (atomic_load(&pool.admission) > 0)
        pthread_cond_wait(&pool.all_left, &pool.lock);
    atomic_store(&pool.sleeping_caller, 0);
    pthread_mutex_unlock(&pool.lock);
}

/* The elements of a job from `begin` on, after the first of them took `taken`, and the caller alone would need `alone`. */
struct rest {
    pool_task *task;
    void *job;
    ptrdiff_t begin, n, grain;
    nanoseconds taken, alone;
    int in_series;
};

static void share(const struct rest *rest, int helpers)
{
    int spare_cpus = helpers < cpus_allowed(); /* else a thread that works wants the CPU of one that spins */
    nanoseconds spin = WORKERS_SPIN / helpers;
    if (rest->in_series && spin < SPIN_IN_SERIES)
        spin = SPIN_IN_SERIES;
    atomic_store(&pool.spin, spare_cpus ? spin : 0);
    atomic_store(&pool.next, rest->begin);
    pool.task = rest->task;
    pool.job = rest->job;
    pool.n = rest->n;
    pool.shares = 2 * (helpers + 1);
    open_job(helpers);
    work();
    close_job(spare_cpus ? CALLERS_SPIN : 0);
}

/* Whether the workers have done their part of it. */
static int is_shared(const struct rest *rest)
{
    nanoseconds chunk = rest->in_series ? SHORTEST_CHUNK_IN_SERIES : SHORTEST_CHUNK;
    ptrdiff_t chunks;
    int helpers = threads_allowed() - 1;
    if (atomic_flag_test_and_set(&pool.taken))
        return 0;
    pool.grain = rest->grain;
    pool.shortest = (chunk * rest->begin / rest->taken / rest->grain + 1) * rest->grain;
    chunks = (rest->n - rest->begin) / pool.shortest;
    helpers = start_workers(chunks < helpers ? (int)chunks : helpers);
    if (helpers > 0)
        share(rest, helpers);
    atomic_flag_clear(&pool.taken);
    return helpers > 0;
}

/* time a / b. Whole numbers only: floats would leave their exception flags with the caller. */
static nanoseconds times(nanoseconds time, ptrdiff_t a, ptrdiff_t b)
{
    return a / b * time + a % b * time / b;
}

static void run_rest(struct rest *rest, nanoseconds start)
{
    rest->alone = times(rest->taken, rest->n - rest->begin, rest->begin);
    if (rest->alone < WORTH_SHARING_IN_SERIES) {
        rest->task(rest->job, rest->begin, rest->n);
        return;
    }
    rest->in_series = follows_another(start) && threads_allowed() <= cpus_allowed();
    if ((rest->alone < WORTH_SHARING && !rest->in_series) || !is_shared(rest))
        rest->task(rest->job, rest->begin, rest->n);
    else if (rest->alone < WORTH_SHARING)
        settle(start, rest->alone + rest->taken);
    atomic_store(&last_end, now());
}

/* What is worth sharing is a matter of time, and the time of an element depends on the function, the dtype, the
 * instruction set, the cache the operands lie in, and whether their pages exist yet. The first piece of the job itself
 * tells all of it, for two readings of the clock (50 ns). */
void run_in_parallel(pool_task *task, void *job, ptrdiff_t n, ptrdiff_t grain)
{
    ptrdiff_t first = grain < FIRST_PIECE ? FIRST_PIECE - FIRST_PIECE % grain : grain;
    nanoseconds start;
    if (n < LEAST_PARALLEL || n <= first || threads_allowed() == 1) {
        task(job, 0, n);
        return;
    }
    start = now();
    task(job, 0, first);
    run_rest(&(struct rest){task, job, first, n, grain, now() - start, 0, 0}, start);
}
