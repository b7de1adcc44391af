/* The cross entropy of probabilities in pairs of floats, -y log p - (1 - y) log(1 - p), for p of 0 or LEAST_PAIRED_PROBABILITY
 * to 1 and labels in [0, 1]; over math/paired.h. A logarithm of 0 is cut at -100.
 *
 * u = 2^k (1 + r) / c, where c belongs to the quarter of a binade that is nearest to u: a multiple of 1/16, so that r is
 * exact, and |r| <= 1/8. No division, and a short chain: -log u = (log c - k ln 2) - r + r^2 Q(r). Next to 1 the bracket is 0. */

/* What is below p = -log(1 - p) has no low word. */
#define LEAST_PAIRED_PROBABILITY 0x1p-80f

/* By the quarter: c 2^127, then log c + 127 ln 2 as a multiple of 2^-17, and what that lacks. */
static const float log_scales[4] = {0x1p127f, 0x1.ap126f, 0x1.6p126f, 0x1.2p126f};
static const float log_starts[4] = {0x1.601e38p6f, 0x1.5f4998p6f, 0x1.5e9e88p6f, 0x1.5dd10cp6f};
static const float log_starts_lack[4] = {0x1.7c7e06p-13f, 0x1.812ee4p-13f, 0x1.7f601ap-13f, 0x1.7a6cd2p-13f};

/* u in parts: c 2^-k, and with it r and log c - k ln 2. */
struct paired_reduction { vf32 scale, r; struct float_pair start; };

INLINE struct paired_reduction reduced_in_paired(vf32 u)
{
    vf32 z = v_nearest_quarter_f32(u), quarter = v_quarter_f32(z), exponent = v_exponent_f32(z);
    vf32 scale = v_without_exponent_f32(v_lookup_4_f32(log_scales, quarter), z);
    vf32 start = v_fnma_f32(exponent, v_set_f32(0x1.62e4p-1f), v_lookup_4_f32(log_starts, quarter));
    vf32 lacks = v_fnma_f32(exponent, v_set_f32(0x1.7f7dp-20f), v_lookup_4_f32(log_starts_lack, quarter));
    return (struct paired_reduction){scale, v_fms_f32(u, scale, v_set_f32(1)), {start, lacks}};
}

/* start - log(1 + r), and if it may be, 100 where u is 0. Q has been fitted to 0.003 ULP of the sum. */
INLINE struct float_pair minus_log_in_paired(int may_be_zero, vf32 u, struct float_pair start, vf32 r)
{
    vf32 square = v_mul_f32(r, r);
    vf32 low = v_fma_f32(r, v_set_f32(-0x1.55554ap-2f), v_set_f32(0.5f));
    vf32 middle = v_fma_f32(r, v_set_f32(-0x1.99d2f4p-3f), v_set_f32(0x1.fffdeap-3f));
    vf32 high = v_fma_f32(r, v_set_f32(-0x1.0e00e8p-3f), v_set_f32(0x1.582ad2p-3f));
    vf32 series = v_fma_f32(square, v_fma_f32(square, high, middle), low);
    vf32 hi = v_sub_f32(start.hi, r), lost = v_sub_f32(v_sub_f32(start.hi, hi), r);
    vf32 lo = v_fma_f32(square, series, v_add_f32(lost, start.lo));
    if (!may_be_zero)
        return (struct float_pair){hi, lo};
    vm32 is_zero = v_eq_f32(u, v_set_f32(0));
    return (struct float_pair){v_select_f32(is_zero, v_set_f32(100), hi), v_select_f32(is_zero, v_set_f32(0), lo)};
}

INLINE struct float_pair minus_log_of(int may_be_zero, vf32 u)
{
    struct paired_reduction of = reduced_in_paired(u);
    return minus_log_in_paired(may_be_zero, u, of.start, of.r);
}

/* Of u + u_low. */
INLINE struct float_pair minus_log_of_pair(int may_be_zero, vf32 u, vf32 u_low)
{
    struct paired_reduction of = reduced_in_paired(u);
    vf32 r = v_fma_f32(of.scale, u_low, of.r);
    vf32 r_low = v_fma_f32(of.scale, u_low, v_sub_f32(of.r, r));
    of.start.lo = v_sub_f32(of.start.lo, r_low);
    return minus_log_in_paired(may_be_zero, u, of.start, r);
}

/* With `may_be_certain` p may be 0 or 1. */
INLINE struct paired_value bce_in_paired(int may_be_certain, vf32 p, vf32 y)
{
    vf32 one = v_set_f32(1), q = v_sub_f32(one, p), q_low = v_sub_f32(v_sub_f32(one, q), p);
    struct float_pair first = scaled_in_paired(minus_log_of_pair(may_be_certain, q, q_low), shares_in_paired(y).negative);
    struct float_pair second = times_in_paired(minus_log_of(may_be_certain, p), y);
    return (struct paired_value){first.hi, second.hi, v_add_f32(first.lo, second.lo)};
}

/* For labels of 0 and 1 the logarithm of |1 - y - p| does: the same bits, once the words are added. */
INLINE struct float_pair bce_of_hard_label_in_paired(int may_be_certain, vf32 p, vf32 y)
{
    vf32 rest = v_sub_f32(v_set_f32(1), y), u = v_sub_f32(rest, p);
    return minus_log_of_pair(may_be_certain, v_abs_f32(u), v_sub_f32(v_sub_f32(rest, u), p));
}
