/* The quotient of two exact sums: a long division by bits, which gives 64 of them and whether there is any rest. */
#include "arrays/bins.h"

#include <float.h>
#include <math.h>

/* |sum|, of which the digits in [low, high) are all that is not 0. */
struct magnitude {
    uint32_t digits[DIGITS];
    int low, high;
};

static int is_negative(const struct exact_sum *sum)
{
    return sum->digits[DIGITS - 1] >> 31;
}

static struct magnitude magnitude_of(const struct exact_sum *sum)
{
    struct magnitude size = {.low = 0, .high = DIGITS};
    uint32_t flipped = is_negative(sum) ? UINT32_MAX : 0;
    uint64_t carry = flipped & 1;
    for (int i = 0; i < DIGITS; i++, carry >>= 32) {
        carry += sum->digits[i] ^ flipped;
        size.digits[i] = (uint32_t)carry;
    }
    while (size.high > 0 && size.digits[size.high - 1] == 0)
        size.high--;
    while (size.low < size.high && size.digits[size.low] == 0)
        size.low++;
    return size;
}

/* ---- what is no ordinary number ---- */

/* Infinite and nan as it is; else its sign, or 0. */
static f64 kind_of(const struct exact_sum *sum, const struct magnitude *size)
{
    if (sum->seen >= SAW_NAN || sum->seen == (SAW_INF | SAW_MINUS_INF))
        return NAN;
    if (sum->seen != 0)
        return sum->seen == SAW_INF ? INFINITY : -INFINITY;
    return size->high == 0 ? 0 : is_negative(sum) ? -1 : 1;
}

/* ---- rounding ---- */

/* Significant bits, and the exponent of the least one that the type has. */
struct precision { int bits, least; };

static struct precision precision_of(enum number number)
{
    switch (number) {
    case NUMBER_f16: return (struct precision){11, -24};
    case NUMBER_bf16: return (struct precision){8, -133};
    case NUMBER_f32: return (struct precision){FLT_MANT_DIG, FLT_MIN_EXP - FLT_MANT_DIG};
    default: return (struct precision){DBL_MANT_DIG, DBL_MIN_EXP - DBL_MANT_DIG};
    }
}

/* significand 2^exponent to the nearest, ties to even; its highest bit is set, its lowest where anything is below. */
static f64 rounded(uint64_t significand, int exponent, struct precision precision)
{
    int drop = 64 - precision.bits;
    if (drop < precision.least - exponent)
        drop = precision.least - exponent;
    if (drop > 64)
        return 0;
    uint64_t half = UINT64_C(1) << (drop - 1), kept = drop == 64 ? 0 : significand >> drop;
    uint64_t rest = drop == 64 ? significand : significand - (kept << drop);
    kept += rest > half || (rest == half && (kept & 1));
    return ldexp((f64)kept, exponent + drop);
}

/* ---- division ---- */

static uint32_t bit_of(const struct magnitude *size, int bit)
{
    return bit < 32 * size->low ? 0 : size->digits[bit / 32] >> (bit % 32) & 1;
}

/* rest = 2 rest + bit, of n digits. */
static void append_bit(uint32_t *rest, int n, uint32_t bit)
{
    for (int i = 0; i < n; i++) {
        uint32_t next = rest[i] >> 31;
        rest[i] = rest[i] << 1 | bit;
        bit = next;
    }
}

static int is_less(const uint32_t *a, const uint32_t *b, int n)
{
    for (int i = n - 1; i >= 0; i--)
        if (a[i] != b[i])
            return a[i] < b[i];
    return 0;
}

static void subtract(uint32_t *rest, const uint32_t *divisor, int n)
{
    uint64_t borrow = 0;
    for (int i = 0; i < n; i++) {
        uint64_t difference = (uint64_t)rest[i] - divisor[i] - borrow;
        rest[i] = (uint32_t)difference;
        borrow = difference >> 63;
    }
}

static int is_any(const uint32_t *digits, int n)
{
    uint32_t any = 0;
    for (int i = 0; i < n; i++)
        any |= digits[i];
    return any != 0;
}

/* Bits of the dividend come down one after the other until the quotient has 64. */
static f64 divided(const struct magnitude *dividend, const struct magnitude *divisor, enum number number)
{
    uint32_t rest[DIGITS + 1] = {0}, by[DIGITS + 1] = {0};
    uint64_t quotient = 0;
    int n = divisor->high - divisor->low + 1, bit = 32 * dividend->high, is_inexact;
    for (int i = 0; i + 1 < n; i++)
        by[i] = divisor->digits[divisor->low + i];
    while (quotient >> 63 == 0) {
        append_bit(rest, n, bit_of(dividend, --bit));
        quotient *= 2;
        if (is_less(rest, by, n))
            continue;
        subtract(rest, by, n);
        quotient++;
    }
    is_inexact = is_any(rest, n);
    for (int below = bit - 1; below >= 32 * dividend->low && !is_inexact; below--)
        is_inexact = bit_of(dividend, below) != 0;
    return rounded(quotient | (uint64_t)is_inexact, bit - 32 * divisor->low, precision_of(number));
}

f64 rounded_quotient(const struct exact_sum *sum, const struct exact_sum *divisor, enum number number)
{
    struct magnitude above = magnitude_of(sum), below = magnitude_of(divisor);
    f64 kind = kind_of(sum, &above), kind_below = kind_of(divisor, &below);
    int is_ordinary = fabs(kind) == 1 && fabs(kind_below) == 1; /* as 0, infinities and nan are not */
    return is_ordinary ? kind * kind_below * divided(&above, &below, number) : kind / kind_below;
}
