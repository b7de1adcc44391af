/* Runs the kernels of the fused losses over many inputs. Linked with the kernels as they are, so that it also runs
 * under emulation.
 *
 *   loss_sweep hard ISA FROM TO    logits of either sign with float32 bit patterns FROM to TO, labels 0 and 1
 *   loss_sweep soft ISA FROM TO    random logits, labels and pos_weights, in blocks FROM to TO of 2^14
 *   loss_sweep half ISA DTYPE      every finite float16 or bfloat16, a grid of labels, two pos_weights
 *   loss_sweep hash ISA BLOCKS     hashes of all outputs for so many blocks of random inputs
 *
 * The first three judge by long double: they print what breaks a bound, and the worst error of each output. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/dispatch.h"
#include "inputs.h"

enum { BLOCK = 1 << 14 };

typedef long double wide;

static void stop(const char *why, const char *what)
{
    fprintf(stderr, "%s: %s\n", why, what);
    exit(2);
}

/* ---- one block ---- */

static f32 logits[BLOCK], hard_labels[BLOCK], narrow_weight[BLOCK], narrow_pos_weight[BLOCK], gradient[BLOCK], hessian[BLOCK];
static f64 wide_logits[BLOCK], labels[BLOCK], weight[BLOCK], pos_weight[BLOCK], value[BLOCK], wide_gradient[BLOCK], wide_hessian[BLOCK];
static f64 options[3], divisor = 1;

/* How kernels with narrow logits work a form without being told otherwise. */
static enum working working_of(enum loss_form form)
{
    return form == LOSS_plain || form == LOSS_weighted ? WORKING_paired : WORKING_narrow;
}

/* In pairs of floats all operands are narrow. */
static void compute(enum working working, enum loss_form form, enum loss_outputs outputs, int rounds_derivatives, ptrdiff_t n)
{
    int narrow = takes_f32_logits(working), paired = working == WORKING_paired;
    for (int i = 0; paired && i < n; i++) {
        narrow_weight[i] = (f32)weight[i];
        narrow_pos_weight[i] = (f32)pos_weight[i];
    }
    struct loss_block block = {
        .logits = narrow ? (const void *)logits : wide_logits,
        .labels = paired ? (const void *)hard_labels : labels,
        .weight = paired ? (const void *)narrow_weight : weight,
        .pos_weight = paired ? (const void *)narrow_pos_weight : pos_weight,
        .value = value,
        .gradient = rounds_derivatives ? (void *)gradient : wide_gradient,
        .hessian = rounds_derivatives ? (void *)hessian : wide_hessian,
        .options = options,
        .divisor = &divisor,
        .rounds_derivatives = rounds_derivatives,
    };
    active.losses[working][form][outputs](&block, n);
}

/* The value comes from both kernels, with the same bits. */
static void compute_all(enum loss_form form, int rounds_derivatives, ptrdiff_t n)
{
    static f64 with_gradient[BLOCK];
    compute(working_of(form), form, OUTPUTS_value_and_gradient, rounds_derivatives, n);
    memcpy(with_gradient, value, sizeof value);
    memset(value, 0, sizeof value);
    compute(working_of(form), form, OUTPUTS_gradient_and_hessian, rounds_derivatives, n);
    if (memcmp(with_gradient, value, (size_t)n * sizeof *value) != 0)
        printf("wrong value beside a Hessian\n");
}

/* ---- the reference ---- */

/* `scale`: the larger of the terms that cancel in the gradient. */
struct loss { wide value, gradient, hessian, scale; };

/* a softplus(x) + b softplus(-x) and its derivatives; 0 drops its term. */
static struct loss loss_of(wide x, wide a, wide b)
{
    wide e = expl(-fabsl(x)), upper = 1 / (1 + e), lower = e / (1 + e), c = x < 0 ? b : a;
    wide rise = a * (x < 0 ? lower : upper), fall = b * (x < 0 ? upper : lower);
    return (struct loss){c * fabsl(x) + (a + b) * log1pl(e), rise - fall, (a + b) * upper * lower, fmaxl(rise, fall)};
}

/* ---- verdicts ---- */

/* The smallest subnormal number is 2^least, overflow begins at `top`. */
struct format { int digits, least; wide top; };

static const struct format single = {24, -149, 0x1p128L}, half = {11, -24, 0x1p16L}, brain = {8, -133, 0x1p128L};

/* What is promised, in ULP; of the gradient where it is a share `from` of its terms, and below that half an ULP and
 * `left_over` of these. Terms of a sum are `term` from the exact ones, relatively. */
struct promise { double value, derivative; wide from, left_over, term; };

/* The low word of a logarithm may be a 25th of the high one, so that each rounding on its way through pos_weight and weight
 * counts: 0.7035 ULP were found at 0xc.4ed4ep-14, 0xd.4180fp-12, 0x8.84faep+4. */
static const struct promise in_pairs = {0.61, 0.51, 0x1p-1L, 0x1p-30L, 0x1p-26L},
                            weighted_in_pairs = {0.75, 0.51, 0x1p-1L, 0x1p-30L, 0x1p-26L},
                            of_halves = {0.501, 0.501, 0x1p-6L, 0x1p-30L, 0x1p-26L};

enum { VALUE, GRADIENT, HESSIAN, TERM, OUTPUTS };

static const char *const names[] = {"value", "gradient", "hessian", "term"};

static struct worst { double error; wide x, y, p; } worst[OUTPUTS];

static double in_ulp(wide error, wide want, const struct format *format)
{
    int exponent;
    frexpl(want, &exponent);
    int spacing = exponent - format->digits < format->least ? format->least : exponent - format->digits;
    return (double)ldexpl(error, -spacing);
}

static void judge(int output, double error, double allowed, wide got, wide x, wide y, wide p)
{
    if (!(error <= allowed))
        printf("wrong %s %La %La %La gives %La, %.4f off\n", names[output], x, y, p, got, error);
    else if (error > worst[output].error)
        worst[output] = (struct worst){error, x, y, p};
}

/* One result against half an ULP and a little; infinity counts as the power of two at which overflow begins. */
static void judge_result(int output, wide got, wide want, wide scale, const struct format *format,
                         const struct promise *promise, wide x, wide y, wide p)
{
    double bound = output == VALUE ? promise->value : promise->derivative;
    got = fminl(fmaxl(got, -format->top), format->top);
    want = fminl(fmaxl(want, -format->top), format->top);
    if (fabsl(want) >= promise->from * scale)
        judge(output, in_ulp(fabsl(got - want), want, format), bound, got, x, y, p);
    else if (!(in_ulp(fabsl(got - want), want, format) <= 0.5 + in_ulp(promise->left_over * scale, want, format)))
        judge(output, INFINITY, 0, got, x, y, p);
}

static void judge_results(const wide got[3], struct loss want, const struct format *format,
                          const struct promise *promise, wide x, wide y, wide p)
{
    judge_result(VALUE, got[VALUE], want.value, 0, format, promise, x, y, p);
    judge_result(GRADIENT, got[GRADIENT], want.gradient, want.scale, format, promise, x, y, p);
    judge_result(HESSIAN, got[HESSIAN], want.hessian, 0, format, promise, x, y, p);
}

/* The i-th of a block of float32 logits. */
static void judge_element(ptrdiff_t i, struct loss want, const struct promise *promise, wide y, wide p)
{
    wide x = logits[i];
    judge_results((wide[]){(f32)value[i], gradient[i], hessian[i]}, want, &single, promise, x, y, p);
    if (want.value != 0)
        judge(TERM, (double)(fabsl(value[i] - want.value) / want.value), (double)promise->term, value[i], x, y, p);
}

static void report(void)
{
    for (int k = 0; k < OUTPUTS; k++)
        printf("worst %s %.10g %La %La %La\n", names[k], worst[k].error, worst[k].x, worst[k].y, worst[k].p);
}

/* ---- commands ---- */

/* The loss of -x with the other label. */
static struct loss mirrored(struct loss loss)
{
    loss.gradient = -loss.gradient;
    return loss;
}

/* Four elements for each pattern: x and -x with label 0, x and -x with label 1. */
static void judge_hard_labels(void)
{
    for (ptrdiff_t i = 0; i < BLOCK; i += 4) {
        struct loss zero = loss_of(logits[i], 1, 0), one = loss_of(logits[i], 0, 1);
        judge_element(i, zero, &in_pairs, 0, 1);
        judge_element(i + 1, mirrored(one), &in_pairs, 0, 1);
        judge_element(i + 2, one, &in_pairs, 1, 1);
        judge_element(i + 3, mirrored(zero), &in_pairs, 1, 1);
    }
}

static void sweep_hard_labels(uint32_t from, uint32_t to)
{
    for (uint64_t begin = from; begin < to; begin += BLOCK / 4) {
        for (uint32_t k = 0; k < BLOCK; k++) {
            uint64_t next = begin + k / 4;
            uint32_t bits = (uint32_t)(next < to ? next : to - 1) | (k & 1 ? 0x80000000u : 0);
            memcpy(&logits[k], &bits, sizeof bits);
            hard_labels[k] = k & 2 ? 1 : 0;
        }
        compute_all(LOSS_plain, 1, BLOCK);
        judge_hard_labels();
    }
}

/* Labels: hard ones, some next to sigma(x), the rest random, float32 or double. */
static double label_beside(double x, uint64_t index)
{
    static const double unit[2] = {0, 1};
    uint64_t bits = mix(~index);
    double random = drawn(index, 1, unit), sigma = 1 / (1 + exp(-x));
    switch (bits & 7) {
    case 0: return 0;
    case 1: return 1;
    case 2: return (f32)sigma;
    case 3: return (f32)random;
    default: return random;
    }
}

static void draw_block(uint64_t block, const double interval[2])
{
    static const double binades[2] = {-10, 10};
    for (uint64_t i = 0; i < BLOCK; i++) {
        uint64_t index = block * BLOCK + i;
        logits[i] = (f32)drawn(index, 0, interval);
        labels[i] = label_beside(logits[i], index);
        hard_labels[i] = (f32)labels[i];
        weight[i] = 1;
        pos_weight[i] = (f32)exp2(drawn(index, 2, binades));
    }
}

static void sweep_soft_labels(uint64_t from, uint64_t to)
{
    static const double interval[2] = {-120, 120}, binades[2] = {-10, 10};
    for (uint64_t block = from; block < to; block++) {
        draw_block(block, interval);
        compute_all(LOSS_plain, 1, BLOCK);
        for (ptrdiff_t i = 0; i < BLOCK; i++)
            judge_element(i, loss_of(logits[i], 1 - (wide)hard_labels[i], hard_labels[i]), &in_pairs, hard_labels[i], 1);
        for (ptrdiff_t i = 0; i < BLOCK; i++)
            weight[i] = (f32)exp2(drawn(block * BLOCK + (uint64_t)i, 3, binades));
        compute_all(LOSS_weighted, 1, BLOCK);
        for (ptrdiff_t i = 0; i < BLOCK; i++) {
            wide y = hard_labels[i], w = weight[i], p = pos_weight[i];
            judge_element(i, loss_of(logits[i], w * (1 - y), w * p * y), &weighted_in_pairs, y, p);
        }
    }
}

static wide widened(const uint16_t *half, int dtype, f32 *space)
{
    active.f32_from[dtype](space, half, WHOLE_PACKS);
    return space[0];
}

/* The driver's steps for half types: computed to double, rounded once. */
static void sweep_half_values(const struct format *format, int dtype, double label, double factor)
{
    static uint16_t patterns[BLOCK], rounded[3][BLOCK];
    f32 space[WHOLE_PACKS];
    enum loss_form form = factor == 1 ? LOSS_plain : LOSS_weighted;
    for (uint32_t begin = 0; begin < 1 << 16; begin += BLOCK) {
        for (uint32_t k = 0; k < BLOCK; k++) {
            patterns[k] = (uint16_t)(begin + k);
            labels[k] = hard_labels[k] = (f32)label;
            weight[k] = 1;
            pos_weight[k] = factor;
        }
        active.f32_from[dtype](logits, patterns, BLOCK);
        compute_all(form, 0, BLOCK);
        f64 *const results[] = {value, wide_gradient, wide_hessian};
        for (int output = 0; output < 3; output++)
            active.from_f64[dtype](rounded[output], results[output], BLOCK);
        for (uint32_t k = 0; k < BLOCK; k++) {
            wide got[3];
            if (!isfinite(logits[k]))
                continue;
            for (int output = 0; output < 3; output++) {
                uint16_t pack[WHOLE_PACKS] = {rounded[output][k]};
                got[output] = widened(pack, dtype, space);
            }
            struct loss want = loss_of(logits[k], 1 - label, (wide)factor * label);
            judge_results(got, want, format, &of_halves, logits[k], label, factor);
        }
    }
}

static void sweep_half(const char *name)
{
    static const double grid[] = {0,   0x1p-14, 0x1p-9, 0.0625, 0.125,  0.25,      0.375,
                                  0.5, 0.625,   0.75,   0.875,  0.9375, 0x1.fep-1, 1};
    int is_half = strcmp(name, "float16") == 0, dtype = is_half ? DTYPE_f16 : DTYPE_bf16;
    const struct format *format = is_half ? &half : &brain;
    for (size_t k = 0; k < sizeof grid / sizeof *grid; k++) {
        sweep_half_values(format, dtype, grid[k], 1);
        sweep_half_values(format, dtype, grid[k], 3);
    }
}

/* ---- hash ---- */

static uint64_t hash_of(const void *output, size_t size, uint64_t index)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < BLOCK; i++) {
        uint64_t bits = 0;
        memcpy(&bits, (const char *)output + i * size, size);
        sum += mix(bits + (index + i) * GOLDEN);
    }
    return sum;
}

static uint64_t hash_block(enum working working, enum loss_form form, enum loss_outputs outputs, uint64_t block)
{
    int narrow = takes_f32_logits(working);
    size_t size = narrow ? sizeof(f32) : sizeof(f64);
    for (int k = 0; k < BLOCK; k++)
        wide_logits[k] = logits[k];
    compute(working, form, outputs, narrow, BLOCK);
    uint64_t sum = 0;
    if (outputs != OUTPUTS_gradient_and_hessian)
        sum += hash_of(value, sizeof(f64), 3 * block * BLOCK);
    if (outputs != OUTPUTS_value)
        sum += hash_of(narrow ? (void *)gradient : wide_gradient, size, (3 * block + 1) * BLOCK);
    if (outputs == OUTPUTS_gradient_and_hessian)
        sum += hash_of(narrow ? (void *)hessian : wide_hessian, size, (3 * block + 2) * BLOCK);
    return sum;
}

static void hash_kernel(const char *name, enum working working, enum loss_form form, enum loss_outputs outputs,
                        uint64_t blocks)
{
    static const double intervals[2][2] = {{-120, 120}, {0, 1}}, all_options[][3] = {{0.1}, {0, 0.25, 2}, {0, -1, 1.5}};
    uint64_t sum = 0;
    divisor = 3;
    for (uint64_t block = 0; block < blocks; block++) {
        draw_block(block, intervals[form == LOSS_probability]);
        for (uint64_t i = 0; i < BLOCK; i++) {
            weight[i] = (double)(mix(block * BLOCK + i) >> 11) * 0x1p-52;
            pos_weight[i] = form == LOSS_focal ? 1 : pos_weight[i];
        }
        for (size_t k = form == LOSS_focal; k < (form == LOSS_focal ? 3 : 1); k++) {
            memcpy(options, all_options[k], sizeof options);
            sum += mix(k + 1) * hash_block(working, form, outputs, block);
        }
    }
    static const char *const titles[] = {"pairs", "float32", "float64"};
    printf("%s %s %016llx\n", titles[working], name, (unsigned long long)sum);
}

static void hash_kernels(uint64_t blocks)
{
#define HASH(form, outputs) hash_kernel(#form "_" #outputs, WORKING_paired, LOSS_##form, OUTPUTS_##outputs, blocks);
    PAIRED_LOSSES(HASH)
#undef HASH
#define HASH(form, outputs) hash_kernel(#form "_" #outputs, WORKING_narrow, LOSS_##form, OUTPUTS_##outputs, blocks);
    NARROW_LOSSES(HASH)
#undef HASH
#define HASH(form, outputs) hash_kernel(#form "_" #outputs, WORKING_wide, LOSS_##form, OUTPUTS_##outputs, blocks);
    ALL_LOSSES(HASH)
#undef HASH
}

int main(int count, char **words)
{
    const char *command = count > 3 ? words[1] : "";
    int takes_range = strcmp(command, "hard") == 0 || strcmp(command, "soft") == 0;
    int takes_word = strcmp(command, "half") == 0 || strcmp(command, "hash") == 0;
    if (!(takes_range && count == 5) && !(takes_word && count == 4))
        stop("usage", "loss_sweep hard|soft ISA FROM TO | loss_sweep half ISA DTYPE | loss_sweep hash ISA BLOCKS");
    if (choose_isa(words[2]) != ISA_CHOSEN)
        stop("this CPU has no", words[2]);
    uint64_t from = strtoull(words[3], NULL, 0), to = takes_range ? strtoull(words[4], NULL, 0) : 0;
    switch (command[3]) {
    case 'd': sweep_hard_labels((uint32_t)from, (uint32_t)to); break;
    case 't': sweep_soft_labels(from, to); break;
    case 'f': sweep_half(words[3]); break;
    default: hash_kernels(from); return 0;
    }
    report();
    return 0;
}
