/* Runs kernels over whole input spaces. Linked with the kernels as they are, without Python, so that it also runs under
 * emulation.
 *
 *   sweep hash ISA FUNCTION DTYPE STEP [FROM TO]  a 64-bit hash of all outputs in every STEP-th block of inputs; hashes of
 *                                                 blocks FROM to TO add up to the hash of all
 *   sweep exact ISA FUNCTION FROM TO              float32 bit patterns FROM to TO against long double: prints every result
 *                                                 that is wrong, every input whose rounding long double cannot decide, and
 *                                                 the worst error. Of a function with two outputs: every result that is
 *                                                 not that of the function the output belongs to
 *
 * "numbers" as ISA are the kernels for one element, called for each element by itself.
 *
 * Compiled with AMEND it runs what this function puts in place of the kernels of ISA.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/dispatch.h"
#include "inputs.h"
#include "single/numbers.h"

enum { BLOCK = 1 << 16 };

#ifdef AMEND
void AMEND(struct kernels *kernels);
#else
#define AMEND(kernels)
#endif

/* So many ULP, but where the value is below `from` times its scale, half an ULP and `absolute` times the scale. */
struct bound { double ulp, from, absolute; };

static const struct function {
    const char *name;
    int inputs, outputs;
    double intervals[2][2];
    struct bound bound; /* of float32 */
    const char *same_as[2]; /* what the outputs belong to, where there are two */
    kernel **slots, **slots_for_one;
} functions[] = {
#define LIST(...) {__VA_ARGS__}
#define ACCURACY(half, single, ...) single, {NULL, NULL}
#define SAME_AS(first, second) {0, 0, 0}, {#first, #second}
#define FIRST_SAME_AS(first, second, ...) {0, 0, 0}, {#first, #second}
#define PAIR_OF(first, second) {0, 0, 0}, {#first, #second}
#define CR {0.5, 0, 0}
#define ULP(ulp) {ulp, 0, 0}
#define ULP_FROM(from, ulp, absolute) {ulp, from, absolute}
#define FUNCTION(inputs_, outputs_, name_, half, single, second, intervals_, accuracy, ...) \
    {.name = #name_, .inputs = inputs_, .outputs = outputs_, .intervals = LIST intervals_, .slots = active.name_, \
     .slots_for_one = active_for_one.name_, .bound = accuracy},
#include "functions.def"
#undef LIST
#undef ACCURACY
#undef SAME_AS
#undef PAIR_OF
#undef FIRST_SAME_AS
#undef CR
#undef ULP
#undef ULP_FROM
};

static const struct { const char *name; int number; } dtypes[] = {
    {"float32", DTYPE_f32}, {"float64", DTYPE_f64}, {"float16", DTYPE_f16}, {"bfloat16", DTYPE_bf16}};

static void stop(const char *why, const char *what)
{
    fprintf(stderr, "%s: %s\n", why, what);
    exit(2);
}

static const struct function *find_function(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    stop("no such function", name);
    return NULL;
}

static int find_dtype(const char *name)
{
    for (int i = 0; i < (int)(sizeof dtypes / sizeof *dtypes); i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return dtypes[i].number;
    stop("no such dtype", name);
    return -1;
}

/* ---- hash ---- */

/* The contract leaves sign and payload of nan open: all count as one pattern. */
#define HASH_OUTPUT(type, infinity)                                                                          \
    static uint64_t hash_##type(const void *output, uint64_t index, uint64_t stride)                         \
    {                                                                                                        \
        const type *bits = output;                                                                           \
        uint64_t sum = 0;                                                                                    \
        for (uint64_t i = 0; i < BLOCK; i++) {                                                               \
            int is_nan = (type)(bits[i] << 1) > (type)((infinity) << 1);                                     \
            uint64_t pattern = is_nan ? UINT64_MAX : bits[i];                                                \
            sum += mix(pattern + (index + i * stride) * GOLDEN);                                             \
        }                                                                                                    \
        return sum;                                                                                          \
    }
HASH_OUTPUT(uint64_t, 0x7ff0000000000000u)
HASH_OUTPUT(uint32_t, 0x7f800000u)
typedef uint16_t brain_bits;
HASH_OUTPUT(uint16_t, 0x7c00u)
HASH_OUTPUT(brain_bits, 0x7f80u)

static uint64_t hash_output(const void *output, int dtype, uint64_t index, uint64_t stride)
{
    switch (dtype) {
    case DTYPE_f64: return hash_uint64_t(output, index, stride);
    case DTYPE_f32: return hash_uint32_t(output, index, stride);
    case DTYPE_f16: return hash_uint16_t(output, index, stride);
    default: return hash_brain_bits(output, index, stride);
    }
}

static int one_at_a_time;

static void compute_block(const struct function *f, int dtype, void *const *operands)
{
    ptrdiff_t size = dtype == DTYPE_f64 ? sizeof(f64) : dtype == DTYPE_f32 ? sizeof(f32) : sizeof(f16);
    if (!one_at_a_time) {
        f->slots[dtype](operands, BLOCK);
        return;
    }
    for (ptrdiff_t i = 0; i < BLOCK; i++) {
        void *at[MAX_OPERANDS];
        for (int k = 0; k < f->inputs + f->outputs; k++)
            at[k] = (char *)operands[k] + i * size;
        f->slots_for_one[dtype](at, 1);
    }
}

static void hash_blocks(const struct function *f, int dtype, uint64_t step, uint64_t from, uint64_t to)
{
    static char memory[MAX_OPERANDS][BLOCK * sizeof(f64)];
    void *operands[MAX_OPERANDS] = {memory[0], memory[1], memory[2], memory[3]};
    uint64_t sum = 0, outputs = (uint64_t)f->outputs;
    for (uint64_t block = from; block < to; block += step) {
        for (int k = 0; k < f->inputs; k++)
            fill_block(memory[k], block, k, f->inputs, dtype, f->intervals[k]);
        compute_block(f, dtype, operands);
        for (uint64_t k = 0; k < outputs; k++)
            sum += hash_output(memory[(uint64_t)f->inputs + k], dtype, block * BLOCK * outputs + k, outputs);
    }
    printf("%016llx\n", (unsigned long long)sum);
}

/* ---- exact ---- */

typedef long double wide;

static wide sigmoid(wide x) { wide e = expl(-fabsl(x)); return (x < 0 ? e : 1) / (1 + e); }
static wide sigmoid_derivative(wide x) { wide e = expl(-fabsl(x)); return e / ((1 + e) * (1 + e)); }
static wide softplus(wide x) { return fmaxl(x, 0) + log1pl(expl(-fabsl(x))); }
static wide log_sigmoid(wide x) { return -softplus(-x); }
static wide log_sigmoid_derivative(wide x) { return sigmoid(-x); }
static wide logit(wide p) { return p > 0.25L && p < 0.75L ? 2 * atanhl(2 * p - 1) : logl(p) - log1pl(-p); }
static wide silu(wide x) { return x * sigmoid(x); }

static wide silu_derivative(wide x) { return sigmoid(x) * (1 + x * sigmoid(-x)); }

/* `scale`: of the terms that cancel, where they do. */
static const struct reference { const char *name; wide (*value)(wide x), (*scale)(wide x); } references[] = {
    {"sigmoid", sigmoid, NULL},
    {"sigmoid_fast", sigmoid, NULL},
    {"sigmoid_derivative", sigmoid_derivative, NULL},
    {"softplus", softplus, NULL},
    {"log_sigmoid", log_sigmoid, NULL},
    {"log_sigmoid_derivative", log_sigmoid_derivative, NULL},
    {"logit", logit, NULL},
    {"silu_derivative", silu_derivative, sigmoid},
    {"silu", silu, NULL},
};

static const struct reference *find_reference(const char *name)
{
    for (size_t i = 0; i < sizeof references / sizeof *references; i++)
        if (strcmp(references[i].name, name) == 0)
            return &references[i];
    stop("no reference for", name);
    return NULL;
}

/* An error in units of the float32 spacing at `want`. */
static double in_ulp(wide error, wide want)
{
    int exponent;
    frexpl(want, &exponent);
    int spacing = exponent - 24 < -149 ? -149 : exponent - 24;
    return (double)ldexpl(error, -spacing);
}

struct verdict { long wrong, near; double worst; float witness; };

static void report(struct verdict *verdict, int undecided, float x, float got)
{
    verdict->near += undecided;
    verdict->wrong += !undecided;
    printf("%s %a %a\n", undecided ? "near" : "wrong", (double)x, (double)got);
}

static void keep_worst(struct verdict *verdict, float x, double error)
{
    if (error > verdict->worst) {
        verdict->worst = error;
        verdict->witness = x;
    }
}

/* long double is good to 2^-60: where both ends of that round alike, so does the exact value. */
static void judge_rounding(struct verdict *verdict, float x, float got, wide want)
{
    float low = (float)(want - fabsl(want) * 0x1p-60L), high = (float)(want + fabsl(want) * 0x1p-60L);
    keep_worst(verdict, x, in_ulp(fabsl(got - want), want));
    if (got != low || got != high || !signbit(got) != !signbit(want))
        report(verdict, low != high && (got == low || got == high), x, got);
}

static void judge_error(struct verdict *verdict, float x, float got, wide want, wide scale, struct bound bound)
{
    int relative = fabsl(want) >= bound.from * scale;
    double error = in_ulp(fabsl(got - want), want);
    if (relative)
        keep_worst(verdict, x, error);
    if (!(error <= (relative ? bound.ulp : 0.5 + in_ulp(bound.absolute * scale, want))))
        report(verdict, 0, x, got);
}

/* The float32 bit patterns from `begin` on, at most a block of them; how many. */
static uint32_t fill_patterns(float *x, uint64_t begin, uint64_t end)
{
    uint32_t count = end - begin < BLOCK ? (uint32_t)(end - begin) : BLOCK;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t bits = (uint32_t)begin + k;
        memcpy(&x[k], &bits, sizeof bits);
    }
    return count;
}

static void judge_block(struct verdict *verdict, const struct function *f, const float *x, uint32_t count)
{
    static float y[BLOCK];
    void *operands[] = {(void *)x, y};
    const struct reference *reference = find_reference(f->name);
    f->slots[DTYPE_f32](operands, count);
    for (uint32_t k = 0; k < count; k++) {
        wide want = reference->value(x[k]);
        if (f->bound.ulp == 0.5)
            judge_rounding(verdict, x[k], y[k], want);
        else
            judge_error(verdict, x[k], y[k], want, reference->scale ? reference->scale(x[k]) : 0, f->bound);
    }
}

static int have_same_bits(float a, float b)
{
    return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof a) == 0;
}

static void compare_block(struct verdict *verdict, const struct function *f, const float *x, uint32_t count)
{
    static float both[2][BLOCK], alone[BLOCK];
    void *operands[] = {(void *)x, both[0], both[1]};
    f->slots[DTYPE_f32](operands, count);
    for (int output = 0; output < 2; output++) {
        void *of_one[] = {(void *)x, alone};
        find_function(f->same_as[output])->slots[DTYPE_f32](of_one, count);
        for (uint32_t k = 0; k < count; k++)
            if (!have_same_bits(both[output][k], alone[k]))
                report(verdict, 0, x[k], both[output][k]);
    }
}

static void sweep_exactly(const char *name, uint64_t from, uint64_t to)
{
    static float x[BLOCK];
    const struct function *f = find_function(name);
    struct verdict verdict = {0, 0, 0, 0};
    for (uint64_t begin = from; begin < to; begin += BLOCK) {
        uint32_t count = fill_patterns(x, begin, to);
        if (f->outputs == 1)
            judge_block(&verdict, f, x, count);
        else
            compare_block(&verdict, f, x, count);
    }
    printf("done %ld %ld %.9g %a\n", verdict.wrong, verdict.near, verdict.worst, (double)verdict.witness);
}

static void hash_of_words(int count, char **words)
{
    const struct function *f = find_function(words[0]);
    int dtype = find_dtype(words[1]), whole = count == 3;
    uint64_t from = whole ? 0 : strtoull(words[3], NULL, 0);
    uint64_t to = whole ? blocks_of(f->inputs, dtype) : strtoull(words[4], NULL, 0);
    hash_blocks(f, dtype, strtoull(words[2], NULL, 0), from, to);
}

int main(int count, char **words)
{
    int hash = (count == 6 || count == 8) && strcmp(words[1], "hash") == 0;
    int exact = count == 6 && strcmp(words[1], "exact") == 0;
    if (!hash && !exact)
        stop("usage", "sweep hash ISA FUNCTION DTYPE STEP [FROM TO] | sweep exact ISA FUNCTION FROM TO");
    one_at_a_time = strcmp(words[2], "numbers") == 0;
    if (choose_isa(one_at_a_time ? NULL : words[2]) != ISA_CHOSEN)
        stop("this CPU has no", words[2]);
    AMEND(&active);
    choose_numbers();
    if (hash)
        hash_of_words(count - 3, words + 3);
    else
        sweep_exactly(words[3], strtoull(words[4], NULL, 0), strtoull(words[5], NULL, 0));
    return 0;
}
