/* The mode is entered and left around a call that the compiler cannot look into: it moves no arithmetic past either. */
#include "arrays/tasks.h"

#include "arrays/mode.h"

struct task {
    pool_task *compute;
    void *job;
    int uses_x87;
};

static void run_part(void *task_of_pool, ptrdiff_t begin, ptrdiff_t end)
{
    const struct task *task = task_of_pool;
    struct mode callers;
    enter_mode(&callers, task->uses_x87);
    task->compute(task->job, begin, end);
    leave_mode(&callers);
}

void run_in_our_mode(pool_task *compute, void *job, ptrdiff_t n, ptrdiff_t grain, int uses_x87)
{
    struct task task = {compute, job, uses_x87};
    run_in_parallel(run_part, &task, n, grain);
}
