/* Strides, overlap, threads and the floating-point mode: all that lies between NumPy's call and a contiguous kernel. */
#include "arrays/loops.h"

#include <string.h>

#include "arrays/mode.h"
#include "arrays/staging.h"
#include "arrays/tasks.h"

/* Elements that are not contiguous pass through a block of this size per operand: small enough that all four stay in the
 * first-level cache, large enough that a kernel's start costs nothing beside it. */
enum { BLOCK_BYTES = 4096 };

/* Threads share the elements of a call in multiples of this: whole packs of every kernel, and at least one cache line of
 * the smallest dtype, so that two threads write into a common line at the borders at most. */
enum { GRAIN = 64 };

/* Buffers that any dtype may be written to. */
typedef union { longdouble alignment; char bytes[BLOCK_BYTES]; } block;

struct call {
    char *const *args;
    const intptr_t *steps;
    ptrdiff_t n;
    kernel *compute;
    int inputs, operands; /* operands = inputs + outputs */
    ptrdiff_t size;       /* bytes of an element, the same for all operands */
};

struct range { uintptr_t low, high; };

static inline struct range bytes_of(const struct call *call, int operand)
{
    uintptr_t first = (uintptr_t)call->args[operand];
    uintptr_t last = first + (uintptr_t)(call->steps[operand] * (call->n - 1));
    uintptr_t size = (uintptr_t)call->size;
    return call->steps[operand] < 0 ? (struct range){last, first + size} : (struct range){first, last + size};
}

static inline int disjoint(const struct call *call, int one, int other)
{
    struct range a = bytes_of(call, one), b = bytes_of(call, other);
    return a.high <= b.low || b.high <= a.low;
}

static inline int overlaps_itself(const struct call *call, int operand)
{
    intptr_t step = call->steps[operand];
    return -call->size < step && step < call->size;
}

static inline int identical(const struct call *call, int one, int other)
{
    return call->args[one] == call->args[other] && call->steps[one] == call->steps[other];
}

/* Whether the elements may be computed in any order: no output is read or written again through another operand, except
 * element by element in place. reduce and accumulate are turned away here: they feed each output to the next element. */
static inline int order_is_free(const struct call *call)
{
    if (call->n == 1)
        return 1;
    for (int output = call->inputs; output < call->operands; output++) {
        if (overlaps_itself(call, output))
            return 0;
        for (int input = 0; input < call->inputs; input++)
            if (!identical(call, input, output) && !disjoint(call, input, output))
                return 0;
        for (int other = call->inputs; other < output; other++)
            if (!disjoint(call, other, output))
                return 0;
    }
    return 1;
}

static inline int contiguous(const struct call *call)
{
    for (int k = 0; k < call->operands; k++)
        if (call->steps[k] != call->size && call->n != 1)
            return 0;
    return 1;
}

/* Computes elements [begin, begin + count) with every strided operand gathered to or scattered from its block. */
static inline void compute_staged(const struct call *call, ptrdiff_t begin, ptrdiff_t count, block *blocks)
{
    void *at[MAX_OPERANDS];
    for (int k = 0; k < call->operands; k++) {
        char *first = call->args[k] + begin * call->steps[k];
        int direct = call->steps[k] == call->size;
        at[k] = direct ? first : blocks[k].bytes;
        if (!direct && k < call->inputs)
            gather(blocks[k].bytes, first, call->steps[k], count, call->size);
    }
    call->compute(at, count);
    for (int k = call->inputs; k < call->operands; k++)
        if (at[k] == blocks[k].bytes)
            scatter(call->args[k] + begin * call->steps[k], call->steps[k], blocks[k].bytes, count, call->size);
}

/* The order NumPy means where operands overlap: each element is finished before the next is read. */
static inline void compute_in_order(const struct call *call, block *blocks)
{
    void *at[MAX_OPERANDS];
    for (int k = 0; k < call->operands; k++)
        at[k] = blocks[k].bytes;
    for (ptrdiff_t i = 0; i < call->n; i++) {
        for (int k = 0; k < call->inputs; k++)
            memcpy(at[k], call->args[k] + i * call->steps[k], (size_t)call->size);
        call->compute(at, 1);
        for (int k = call->inputs; k < call->operands; k++)
            memcpy(call->args[k] + i * call->steps[k], at[k], (size_t)call->size);
    }
}

/* Elements [begin, end) of a call whose order is free. */
static inline void compute_range(const struct call *call, ptrdiff_t begin, ptrdiff_t end, block *blocks)
{
    ptrdiff_t most = contiguous(call) ? end - begin : BLOCK_BYTES / call->size;
    for (; begin < end; begin += most) {
        ptrdiff_t left = end - begin;
        compute_staged(call, begin, left < most ? left : most, blocks);
    }
}

static inline void run(const struct call *call)
{
    block blocks[MAX_OPERANDS];
    if (!order_is_free(call))
        compute_in_order(call, blocks);
    else if (contiguous(call))
        call->compute((void *const *)call->args, call->n);
    else
        compute_range(call, 0, call->n, blocks);
}

/* Short calls enter the mode here: a task costs more than some of them. */
static inline void run_at_once(const struct call *call, int uses_x87)
{
    struct mode callers = enter_mode(uses_x87);
    run(call);
    leave_mode(&callers);
}

static void compute_part(void *call, ptrdiff_t begin, ptrdiff_t end)
{
    block blocks[MAX_OPERANDS];
    compute_range(call, begin, end, blocks);
}

#define DEFINE_LOOP(inputs, outputs, dtype)                                                               \
    void loop_##inputs##_##outputs##_##dtype(char **args, const intptr_t *dimensions, const intptr_t *steps, \
                                             void *data)                                                  \
    {                                                                                                     \
        struct call call = {args, steps, dimensions[0], *(kernel *const *)data, inputs, inputs + outputs, \
                            sizeof(dtype)};                                                               \
        int uses_x87 = DTYPE_##dtype == DTYPE_longdouble;                                                 \
        if (call.n >= LEAST_PARALLEL && order_is_free(&call))                                             \
            run_in_our_mode(compute_part, &call, call.n, GRAIN, uses_x87);                                \
        else if (call.n > 0)                                                                              \
            run_at_once(&call, uses_x87);                                                                 \
    }
ALL_LOOPS(DEFINE_LOOP)
#undef DEFINE_LOOP
