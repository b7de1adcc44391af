/* Arrays that lie in each other's gaps. */
#include "arrays/overlap.h"

/* The greatest common divisor of a step and those of an array. */
static ptrdiff_t common_step(struct elements array, ptrdiff_t step)
{
    for (int axis = 0; axis < array.axes; axis++)
        if (array.lengths[axis] > 1)
            for (ptrdiff_t other = array.steps[axis], rest; other != 0; other = rest) {
                rest = step % other;
                step = other;
            }
    return magnitude(step);
}

int are_interleaved(struct elements one, struct elements other)
{
    ptrdiff_t step = common_step(other, common_step(one, 0)), distance = other.first - one.first;
    if (step == 0)
        return 0;
    ptrdiff_t offset = (distance % step + step) % step;
    return offset >= one.size && offset + other.size <= step;
}
