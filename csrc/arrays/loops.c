/* What lies between NumPy's call, which has one axis, and a kernel: overlap, threads and the floating-point mode. */
#include "arrays/loops.h"

#include "arrays/blocks.h"
#include "arrays/mode.h"
#include "arrays/overlap.h"
#include "arrays/tasks.h"

static const ptrdiff_t sizes[DTYPE_COUNT] = {
    [DTYPE_f32] = sizeof(f32), [DTYPE_f64] = sizeof(f64), [DTYPE_f16] = sizeof(f16),
    [DTYPE_longdouble] = sizeof(longdouble), [DTYPE_bf16] = sizeof(bf16),
};

static inline struct elements elements_of(const struct run *run, int operand, const ptrdiff_t *n)
{
    return (struct elements){run->first[operand], run->size, 1, n, run->steps + operand};
}

/* Whether the elements may be computed in any order: no output is read or written again through another operand, except
 * element by element in place. reduce and accumulate are turned away here: they feed each output to the next element. */
static inline int order_is_free(const struct run *run, ptrdiff_t n)
{
    for (int output = run->inputs; output < run->operands && n > 1; output++) {
        struct elements written = elements_of(run, output, &n);
        if (overlaps_itself(written))
            return 0;
        for (int k = 0; k < output; k++) {
            struct elements other = elements_of(run, k, &n);
            if (!(k < run->inputs && are_identical(written, other)) && !are_disjoint(written, other))
                return 0;
        }
    }
    return 1;
}

/* The common case of this, told at once: contiguous operands, of which an output is apart from every other or is an input's
 * place. Five per cent of the time of a call on four numbers. */
static inline int are_contiguous_and_apart(const struct run *run, ptrdiff_t n)
{
    if (!is_contiguous(run))
        return 0;
    for (int output = run->inputs; output < run->operands; output++)
        for (int k = 0; k < output; k++) {
            ptrdiff_t distance = run->first[output] - run->first[k];
            if (magnitude(distance) < n * run->size && !(distance == 0 && k < run->inputs))
                return 0;
        }
    return 1;
}

static void compute_part(void *run, ptrdiff_t begin, ptrdiff_t end)
{
    compute_run(run, begin, end);
}

/* Short calls enter the mode here: a task costs more than some of them. */
static inline void compute_at_once(const struct run *run, ptrdiff_t n, int uses_x87)
{
    struct mode callers;
    enter_mode(&callers, uses_x87);
    if (are_contiguous_and_apart(run, n))
        run->compute((void *const *)run->first, n);
    else if (order_is_free(run, n))
        compute_run(run, 0, n);
    else
        compute_in_order(run, n);
    leave_mode(&callers);
}

/* Alone, whatever the steps are. */
static void compute_one(const struct loop *loop, char **args)
{
    struct mode callers;
    enter_mode(&callers, loop->dtype == DTYPE_longdouble);
    (*loop->slot_for_one)((void *const *)args, 1);
    leave_mode(&callers);
}

void run_loop(char **args, const intptr_t *dimensions, const intptr_t *steps, void *data)
{
    const struct loop *loop = data;
    struct run run = {*loop->slot, sizes[loop->dtype], loop->inputs, loop->inputs + loop->outputs, args, steps};
    int uses_x87 = loop->dtype == DTYPE_longdouble;
    if (dimensions[0] == 1)
        compute_one(loop, args);
    else if (dimensions[0] >= LEAST_PARALLEL && order_is_free(&run, dimensions[0]))
        run_in_our_mode(compute_part, &run, dimensions[0], GRAIN, uses_x87);
    else if (dimensions[0] > 0)
        compute_at_once(&run, dimensions[0], uses_x87);
}
