/* Runs kernels over whole input spaces. Linked with the kernels as they are, without Python, so that it also runs under
 * emulation.
 *
 *   sweep hash ISA FUNCTION DTYPE STEP     a 64-bit hash of all outputs in every STEP-th block of inputs
 *   sweep exact ISA FUNCTION FROM TO       float32 bit patterns FROM to TO against long double: prints every result that is
 *                                          wrong, every input whose rounding long double cannot decide, and the worst error
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"
#include "inputs.h"

enum { BLOCK = 1 << 16 };

static const struct function {
    const char *name;
    int inputs, outputs;
    double intervals[2][2];
    kernel **slots;
} functions[] = {
#define LIST(...) {__VA_ARGS__}
#define FUNCTION(inputs_, outputs_, name_, half, single, intervals_, ...) \
    {#name_, inputs_, outputs_, LIST intervals_, active.name_},
#include "functions.def"
#undef LIST
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

static void hash_blocks(const struct function *f, int dtype, uint64_t step)
{
    static char memory[MAX_OPERANDS][BLOCK * sizeof(f64)];
    void *operands[MAX_OPERANDS] = {memory[0], memory[1], memory[2], memory[3]};
    uint64_t sum = 0, outputs = (uint64_t)f->outputs;
    for (uint64_t block = 0; block < blocks_of(f->inputs, dtype); block += step) {
        for (int k = 0; k < f->inputs; k++)
            fill_block(memory[k], block, k, f->inputs, dtype, f->intervals[k]);
        f->slots[dtype](operands, BLOCK);
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
static wide logit(wide p) { return p > 0.25L && p < 0.75L ? 2 * atanhl(2 * p - 1) : logl(p) - log1pl(-p); }
static wide silu(wide x) { return x * sigmoid(x); }

static const struct { const char *name; wide (*value)(wide x); double bound; } references[] = {
    {"sigmoid", sigmoid, 0.5},         {"sigmoid_fast", sigmoid, 2.5},
    {"sigmoid_derivative", sigmoid_derivative, 0.5}, {"softplus", softplus, 0.5},
    {"log_sigmoid", log_sigmoid, 0.5}, {"logit", logit, 0.5},
    {"silu", silu, 0.5},
};

static double error_in_ulp(float got, wide want)
{
    int exponent;
    frexpl(want, &exponent);
    int spacing = exponent - 24 < -149 ? -149 : exponent - 24;
    return (double)ldexpl(fabsl(got - want), -spacing);
}

struct verdict { long wrong, near; double worst; float witness; };

/* long double is good to 2^-60: where both ends of that round alike, so does the exact value. */
static void judge(struct verdict *verdict, float x, float got, wide want, double bound)
{
    float low = (float)(want - fabsl(want) * 0x1p-60L), high = (float)(want + fabsl(want) * 0x1p-60L);
    double error = error_in_ulp(got, want);
    if (error > verdict->worst) {
        verdict->worst = error;
        verdict->witness = x;
    }
    if (bound > 0.5 ? error <= bound : got == low && got == high && !signbit(got) == !signbit(want))
        return;
    int undecided = bound == 0.5 && low != high && (got == low || got == high);
    verdict->near += undecided;
    verdict->wrong += !undecided;
    printf("%s %a %a\n", undecided ? "near" : "wrong", (double)x, (double)got);
}

static void sweep_exactly(const char *name, uint32_t from, uint32_t to)
{
    static float x[BLOCK], y[BLOCK];
    void *operands[] = {x, y};
    const struct function *f = find_function(name);
    size_t i = 0;
    while (i < sizeof references / sizeof *references && strcmp(references[i].name, name) != 0)
        i++;
    if (i == sizeof references / sizeof *references)
        stop("no reference for", name);
    struct verdict verdict = {0, 0, 0, 0};
    for (uint64_t begin = from; begin < to; begin += BLOCK) {
        uint32_t count = to - begin < BLOCK ? (uint32_t)(to - begin) : BLOCK;
        for (uint32_t k = 0; k < count; k++) {
            uint32_t bits = (uint32_t)begin + k;
            memcpy(&x[k], &bits, sizeof bits);
        }
        f->slots[DTYPE_f32](operands, count);
        for (uint32_t k = 0; k < count; k++)
            judge(&verdict, x[k], y[k], references[i].value(x[k]), references[i].bound);
    }
    printf("done %ld %ld %.9g %a\n", verdict.wrong, verdict.near, verdict.worst, (double)verdict.witness);
}

int main(int count, char **words)
{
    if (count != 6)
        stop("usage", "sweep hash ISA FUNCTION DTYPE STEP | sweep exact ISA FUNCTION FROM TO");
    if (choose_isa(words[2]) != ISA_CHOSEN)
        stop("this CPU has no", words[2]);
    if (strcmp(words[1], "hash") == 0)
        hash_blocks(find_function(words[3]), find_dtype(words[4]), strtoull(words[5], NULL, 0));
    else
        sweep_exactly(words[3], (uint32_t)strtoul(words[4], NULL, 0), (uint32_t)strtoul(words[5], NULL, 0));
    return 0;
}
