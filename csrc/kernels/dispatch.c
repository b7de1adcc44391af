/* CPU detection and the active kernel table. */
#include "kernels/dispatch.h"

#include <string.h>

#include "kernels/dividers.h"

/* FEATURE(name, whether this CPU and its operating system have it) */
#if defined(__x86_64__)

#include <cpuid.h>

/* Not every compiler's __builtin_cpu_supports knows F16C. Its registers are those of AVX. */
static int f16c_bit(void)
{
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_F16C) && __builtin_cpu_supports("avx");
}

#define FEATURES                                        \
    FEATURE(sse2, __builtin_cpu_supports("sse2"))         \
    FEATURE(avx, __builtin_cpu_supports("avx"))           \
    FEATURE(f16c, f16c_bit())                             \
    FEATURE(fma, __builtin_cpu_supports("fma"))           \
    FEATURE(avx2, __builtin_cpu_supports("avx2"))         \
    FEATURE(avx512f, __builtin_cpu_supports("avx512f"))   \
    FEATURE(avx512dq, __builtin_cpu_supports("avx512dq")) \
    FEATURE(avx512bw, __builtin_cpu_supports("avx512bw")) \
    FEATURE(avx512vl, __builtin_cpu_supports("avx512vl"))
#elif defined(__aarch64__)
#define FEATURES FEATURE(asimd, 1) /* part of the base architecture */
#else
#define FEATURES
#endif

#define FEATURE(name, test) static int has_##name(void) { return (test) != 0; }
FEATURES
#undef FEATURE

#define HAS(feature) has_##feature()

#define ISA(name, test) extern const struct kernels kernels_##name;
#include "isa.def"

#define ISA(name, test)
#define AMENDED_ISA(name, of) void use_##name(struct kernels *kernels);
#include "isa.def"

#define ISA(name, test) static int cpu_runs_##name(void) { return (test); }
#include "isa.def"

static int never(void)
{
    return 0;
}

static const struct isa {
    const char *name;
    int (*available)(void);
    const struct kernels *kernels;
    void (*amend)(struct kernels *kernels);
} known[] = {
#define ISA(name, test) {#name, cpu_runs_##name, &kernels_##name, NULL},
#define AMENDED_ISA(name, of) {#name, cpu_runs_##of, &kernels_##of, use_##name},
#define FOREIGN_ISA(name) {#name, never, NULL, NULL},
#include "isa.def"
};

enum { KNOWN_COUNT = sizeof known / sizeof *known };

struct kernels active;
static const struct isa *chosen;

static const struct isa *find(const char *name)
{
    for (int i = 0; i < KNOWN_COUNT; i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    return NULL;
}

/* The i-th, best first: where a division is cheap, the first two change places. */
static const struct isa *ranked(int i)
{
    return &known[i < 2 && !this_cpu_divides_slowly() ? 1 - i : i];
}

/* The portable kernels, last in the list, run everywhere. */
static const struct isa *best(void)
{
    int i = 0;
    while (!ranked(i)->available())
        i++;
    return ranked(i);
}

/* Once per process: calls that run may read `active` at any moment. */
enum isa_choice choose_isa(const char *wanted)
{
    int asked = wanted != NULL && *wanted != '\0';
    const struct isa *isa = asked ? find(wanted) : best();
    if (isa == NULL)
        return ISA_UNKNOWN;
    int available = isa->available();
    if (chosen == NULL) {
        chosen = available ? isa : best();
        active = *chosen->kernels;
        if (chosen->amend != NULL)
            chosen->amend(&active);
    }
    if (!available)
        return ISA_UNAVAILABLE;
    return asked && isa != chosen ? ISA_KEPT : ISA_CHOSEN;
}

const char *active_isa(void)
{
    return chosen->name;
}

const char *known_isa(int i, int *available)
{
    if (i >= KNOWN_COUNT)
        return NULL;
    *available = ranked(i)->available();
    return ranked(i)->name;
}

enum {
#define FEATURE(name, test) FEATURE_##name,
    FEATURES
#undef FEATURE
};

const char *cpu_feature(int i, int *present)
{
    switch (i) {
#define FEATURE(name, test)     \
    case FEATURE_##name:        \
        *present = has_##name(); \
        return #name;
        FEATURES
#undef FEATURE
    default:
        return NULL;
    }
}
