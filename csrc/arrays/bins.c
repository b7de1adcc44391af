/* Terms into bins, and bins into digits; arrays/quotient.c makes a number of them again. */
#include "arrays/bins.h"

#include <math.h>
#include <string.h>

#include "kernels/dispatch.h"

/* A digit grows by less than 2^33 with every term, and must stay below 2^63. */
enum { MOST_ADDITIONS = 1 << 28 };

static void carry_digits(struct bins *bins)
{
    for (int i = 0; i + 1 < DIGITS; i++) {
        bins->digits[i + 1] += bins->digits[i] >> 32;
        bins->digits[i] &= UINT32_MAX;
    }
    bins->additions = 0;
}

void empty_bins(struct exact_sum *sum, struct bins *bins)
{
    struct exact_sum carried = {.seen = bins->seen};
    carry_digits(bins);
    for (int i = 0; i < DIGITS; i++)
        carried.digits[i] = (uint32_t)bins->digits[i];
    merge_sums(sum, &carried);
    clear_bins(bins);
}

void merge_sums(struct exact_sum *sum, const struct exact_sum *other)
{
    uint64_t carry = 0;
    for (int i = 0; i < DIGITS; i++) {
        carry += (uint64_t)sum->digits[i] + other->digits[i];
        sum->digits[i] = (uint32_t)carry;
        carry >>= 32;
    }
    sum->seen |= other->seen;
}

/* ---- term by term ---- */

static unsigned kind_of(f64 term)
{
    return isnan(term) ? SAW_NAN : term > 0 ? SAW_INF : SAW_MINUS_INF;
}

/* Its significand, shifted to where the lowest bit of a digit counts as much as there, lies in three digits. */
static void add_term(struct bins *bins, f64 term)
{
    uint64_t bits;
    memcpy(&bits, &term, sizeof bits);
    int exponent = bits >> 52 & 0x7ff, place = exponent == 0 ? 0 : exponent - 1, shift = place % 32;
    uint64_t significand = (bits & 0xfffffffffffff) | (uint64_t)(exponent != 0) << 52;
    uint64_t low = (significand & UINT32_MAX) << shift, high = (significand >> 32) << shift;
    int64_t sign = bits >> 63 ? -1 : 1, *digits = bins->digits + place / 32;
    if (exponent == 0x7ff) {
        bins->seen |= kind_of(term);
        return;
    }
    digits[0] += sign * (int64_t)(low & UINT32_MAX);
    digits[1] += sign * (int64_t)((low >> 32) + (high & UINT32_MAX));
    digits[2] += sign * (int64_t)(high >> 32);
}

static void add_each(struct bins *bins, const f64 *terms, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        add_term(bins, terms[i]);
}

/* ---- block by block ---- */

/* Bits of a bin: sums of a block of its numbers have 50, and beside a rounder of 53 none of them is lost. */
enum { BIN_BITS = 40 };
_Static_assert(BLOCK == 1 << (50 - BIN_BITS), "sums of a block are exact");

/* Where terms are this large, their sums might be beyond double; and nothing is smaller than the last bit of a double. */
enum { MOST_EXPONENT = 1000, LEAST_BIT = -1074 };

/* Room for terms of the next blocks that are larger than those of the first: the grid stays. */
enum { SPARE_BITS = 2 };

static f64 largest_of(const f64 *terms, ptrdiff_t n)
{
    f64 largest = 0;
    for (ptrdiff_t i = 0; i < n; i++)
        largest = fabs(terms[i]) > largest ? fabs(terms[i]) : largest;
    return largest;
}

/* The grid whose first bin takes numbers up to `largest`; the last bit of each bin counts 2^-BIN_BITS of the one before,
 * and the rounders have theirs between 2^52 and 2^53 of it. */
static void fit_grid(struct grid *grid, f64 largest)
{
    int exponent, bit;
    frexp(largest, &exponent);
    bit = exponent + SPARE_BITS - BIN_BITS;
    if (bit < LEAST_BIT)
        bit = LEAST_BIT;
    grid->bound = ldexp(1, bit + BIN_BITS);
    grid->levels = LEAST_LEVELS;
    for (int k = 0; k < MOST_LEVELS; k++, bit -= BIN_BITS)
        grid->rounders[k] = ldexp(1.5, 52 + (bit < LEAST_BIT ? LEAST_BIT : bit));
}

/* Whether the grid takes these terms, to the last bit; n is a multiple of WHOLE_PACKS. */
static int add_by_grid(struct bins *bins, const f64 *terms, ptrdiff_t n)
{
    f64 sums[MOST_LEVELS];
    if (!active.split_f64[bins->grid.levels](terms, n, &bins->grid, sums))
        return 0;
    add_each(bins, sums, bins->grid.levels);
    return 1;
}

/* The same with as many more levels as it takes. */
static int add_by_more_levels(struct bins *bins, const f64 *terms, ptrdiff_t n)
{
    while (bins->grid.levels < MOST_LEVELS) {
        bins->grid.levels++;
        if (add_by_grid(bins, terms, n))
            return 1;
    }
    return 0;
}

/* Adds by itself, and replaces by 0, whatever may have bits below the last bin; n is a multiple of WHOLE_PACKS. */
static void add_small_ones(struct bins *bins, f64 *terms, ptrdiff_t n)
{
    f64 small[BLOCK];
    ptrdiff_t count = active.take_f64_below(small, terms, n, ldexp(bins->grid.bound, 53 - MOST_LEVELS * BIN_BITS));
    add_each(bins, small, count);
}

/* The grid of the last block, or one of this block's own. Blocks whose terms are spread wider than the bins lose their
 * small ones first; those that are not finite go term by term. */
static void add_packs(struct bins *bins, f64 *terms, ptrdiff_t n)
{
    if (bins->is_spread)
        add_small_ones(bins, terms, n);
    if (add_by_grid(bins, terms, n))
        return;
    f64 largest = largest_of(terms, n);
    int is_finite = largest < ldexp(1, MOST_EXPONENT);
    if (is_finite && largest > bins->grid.bound) {
        fit_grid(&bins->grid, largest);
        bins->is_spread = 0;
        if (add_by_grid(bins, terms, n))
            return;
    }
    if (is_finite && add_by_more_levels(bins, terms, n))
        return;
    bins->is_spread = is_finite;
    if (is_finite)
        add_small_ones(bins, terms, n);
    if (!is_finite || !add_by_grid(bins, terms, n))
        add_each(bins, terms, n);
}

void add_terms(struct bins *bins, f64 *terms, ptrdiff_t n)
{
    ptrdiff_t packs = n - n % WHOLE_PACKS;
    if (bins->additions > MOST_ADDITIONS)
        carry_digits(bins);
    bins->additions += n + MOST_LEVELS;
    if (packs > 0)
        add_packs(bins, terms, packs);
    add_each(bins, terms + packs, n - packs);
}
