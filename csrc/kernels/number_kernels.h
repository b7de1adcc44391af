/* The kernels that know numbers alone, no formula: conversions, <to>_from_<from>_kernel, and searches for numbers out of
 * some range, any_<dtype>_<which>_kernel; each over a multiple of WHOLE_PACKS. */

/* LANES_<work> numbers as another type. */
#define CONVERSION_KERNEL(to, from, work)                                                \
    static void to##_from_##from##_kernel(void *target, const void *source, ptrdiff_t n) \
    {                                                                                    \
        ELEMENTS_ARE_INDEPENDENT                                                         \
        for (ptrdiff_t i = 0; i < n; i += LANES_##work)                                  \
            STORE(to, work, target, i, LOAD(from, work, source, i));                     \
    }
CONVERSION_KERNEL(f32, f16, f32)
CONVERSION_KERNEL(f32, bf16, f32)
CONVERSION_KERNEL(f64, f16, f64)
CONVERSION_KERNEL(f64, bf16, f64)
CONVERSION_KERNEL(f64, f32, f64)
CONVERSION_KERNEL(f16, f64, f64)
CONVERSION_KERNEL(bf16, f64, f64)
CONVERSION_KERNEL(f32, f64, f64)
#undef CONVERSION_KERNEL

#define RANGE_KERNEL(type)                                                                                   \
    static int any_##type##_outside_unit_kernel(const void *numbers, ptrdiff_t n)                            \
    {                                                                                                        \
        v##type zero = v_set_##type(0), one = v_set_##type(1), inside = one;                                 \
        for (ptrdiff_t i = 0; i < n; i += LANES_##type) {                                                    \
            v##type x = LOAD(type, type, numbers, i);                                                        \
            inside = v_select_##type(v_and_##type(v_le_##type(zero, x), v_le_##type(x, one)), inside, zero); \
        }                                                                                                    \
        return v_any_##type(v_eq_##type(inside, zero));                                                      \
    }
RANGE_KERNEL(f32)
RANGE_KERNEL(f64)
#undef RANGE_KERNEL

/* nan counts or does not: the words for a maximum differ there. */
#define BOUND_KERNEL(type)                                                                         \
    static int any_##type##_beyond_kernel(const void *numbers, ptrdiff_t n, f64 bound)             \
    {                                                                                              \
        v##type zero = v_set_##type(0), one = v_set_##type(1), most = zero;                        \
        for (ptrdiff_t i = 0; i < n; i += LANES_##type)                                            \
            most = v_max_##type(v_abs_##type(LOAD(type, type, numbers, i)), most);                 \
        v##type inside = v_select_##type(v_le_##type(most, v_set_##type((type)bound)), one, zero); \
        return v_any_##type(v_eq_##type(inside, zero));                                            \
    }
BOUND_KERNEL(f32)
BOUND_KERNEL(f64)
#undef BOUND_KERNEL

static int any_f64_extreme_kernel(const void *numbers, ptrdiff_t n)
{
    vf64 zero = v_set_f64(0), one = v_set_f64(1), least = one, most = one;
    for (ptrdiff_t i = 0; i < n; i += LANES_f64) {
        vf64 size = v_abs_f64(LOAD(f64, f64, numbers, i));
        least = v_min_f64(v_select_f64(v_lt_f64(zero, size), size, one), least);
        most = v_max_f64(size, most);
    }
    vm64 ordinary = v_and_f64(v_le_f64(v_set_f64(LEAST_ORDINARY), least), v_le_f64(most, v_set_f64(MOST_ORDINARY)));
    return v_any_f64(v_eq_f64(v_select_f64(ordinary, one, zero), zero));
}

/* Few packs have any. */
static ptrdiff_t take_f64_below_kernel(f64 *taken, f64 *numbers, ptrdiff_t n, f64 least)
{
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < n; i += LANES_f64) {
        if (!v_any_f64(v_lt_f64(v_abs_f64(LOAD(f64, f64, numbers, i)), v_set_f64(least))))
            continue;
        for (ptrdiff_t k = i; k < i + LANES_f64; k++) {
            int is_small = fabs(numbers[k]) < least;
            taken[count] = numbers[k];
            count += is_small;
            numbers[k] = is_small ? 0 : numbers[k];
        }
    }
    return count;
}

/* What the lanes of a pack have more than `start`. */
static f64 sum_beyond(vf64 numbers, f64 start)
{
    f64 lanes[LANES_f64], sum = 0;
    STORE(f64, f64, lanes, 0, numbers);
    for (int i = 0; i < LANES_f64; i++)
        sum += lanes[i] - start;
    return sum;
}

/* Packs of single vectors that are split side by side: one alone waits for each of its differences. */
enum { ABREAST = LANES_f64 > 8 ? 1 : 4 };
_Static_assert(WHOLE_PACKS % (ABREAST * LANES_f64) == 0, "whole steps");

/* A running sum that starts at the rounder takes the part of a number down to its own last bit; the difference to the sum
 * before tells exactly which part that was. */
INLINE int split_f64(int levels, const void *numbers, ptrdiff_t n, const struct grid *grid, f64 *sums)
{
    vf64 zero = v_set_f64(0), one = v_set_f64(1), bound = v_set_f64(grid->bound), fits = one, running[MOST_LEVELS];
    for (int k = 0; k < levels; k++)
        running[k] = v_set_f64(grid->rounders[k]);
    for (ptrdiff_t i = 0; i < n; i += ABREAST * LANES_f64) {
        vf64 left[ABREAST], part[ABREAST];
        for (int j = 0; j < ABREAST; j++) {
            left[j] = part[j] = LOAD(f64, f64, numbers, i + j * LANES_f64);
            fits = v_select_f64(v_le_f64(v_abs_f64(left[j]), bound), fits, zero);
        }
        for (int k = 0; k < levels; k++)
            for (int j = 0; j < ABREAST; j++) {
                vf64 before = running[k];
                left[j] = k == 0 ? left[j] : v_sub_f64(left[j], part[j]);
                running[k] = v_add_f64(before, left[j]);
                part[j] = v_sub_f64(running[k], before);
            }
        for (int j = 0; j < ABREAST; j++)
            fits = v_select_f64(v_eq_f64(left[j], part[j]), fits, zero);
    }
    for (int k = 0; k < levels; k++)
        sums[k] = sum_beyond(running[k], grid->rounders[k]);
    return !v_any_f64(v_eq_f64(fits, zero));
}

#define SPLIT_KERNEL(levels)                                                                                            \
    static int split_f64_in_##levels##_kernel(const void *numbers, ptrdiff_t n, const struct grid *grid, f64 *sums)     \
    {                                                                                                                   \
        return split_f64(levels, numbers, n, grid, sums);                                                               \
    }
SPLIT_KERNEL(2)
#ifdef TWO_PASS_ISA /* the running sums of many vectors would not find room in registers */
#undef SPLIT_KERNEL
#define SPLIT_KERNEL(levels)                                                                                        \
    static int split_f64_in_##levels##_kernel(const void *numbers, ptrdiff_t n, const struct grid *grid, f64 *sums) \
    {                                                                                                               \
        return GLUE(kernels_, TWO_PASS_ISA).split_f64[levels](numbers, n, grid, sums);                              \
    }
#endif
SPLIT_KERNEL(3)
SPLIT_KERNEL(4)
#undef SPLIT_KERNEL
