/* CPU detection and the active kernel table. */
#include "dispatch.h"

#include <string.h>

#if defined(__x86_64__)
#define FEATURES(FEATURE)                                                                                 \
    FEATURE(sse2) FEATURE(avx) FEATURE(f16c) FEATURE(fma) FEATURE(avx2) FEATURE(avx512f) FEATURE(avx512dq) \
    FEATURE(avx512bw) FEATURE(avx512vl)
#define HAS(feature) __builtin_cpu_supports(#feature)
#elif defined(__aarch64__)
#define FEATURES(FEATURE) FEATURE(asimd)
#define HAS(feature) 1 /* part of the base architecture */
#else
#define FEATURES(FEATURE)
#endif

#define ISA(name, test) extern const struct kernels kernels_##name;
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
} known[] = {
#define ISA(name, test) {#name, cpu_runs_##name, &kernels_##name},
#define FOREIGN_ISA(name) {#name, never, NULL},
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

/* The portable kernels, last in the list, run everywhere. */
static const struct isa *best(void)
{
    const struct isa *isa = known;
    while (!isa->available())
        isa++;
    return isa;
}

enum isa_choice choose_isa(const char *wanted)
{
    enum isa_choice choice = ISA_CHOSEN;
    const struct isa *isa;
    if (wanted == NULL || *wanted == '\0') {
        isa = best();
    } else {
        isa = find(wanted);
        if (isa == NULL)
            return ISA_UNKNOWN;
        if (!isa->available()) {
            choice = ISA_UNAVAILABLE;
            isa = best();
        }
    }
    chosen = isa;
    active = *isa->kernels;
    return choice;
}

const char *active_isa(void)
{
    return chosen->name;
}

const char *known_isa(int i, int *available)
{
    if (i >= KNOWN_COUNT)
        return NULL;
    *available = known[i].available();
    return known[i].name;
}

enum {
#define FEATURE(feature) FEATURE_##feature,
    FEATURES(FEATURE)
#undef FEATURE
};

const char *cpu_feature(int i, int *present)
{
    switch (i) {
#define FEATURE(feature)               \
    case FEATURE_##feature:            \
        *present = HAS(feature) != 0;  \
        return #feature;
        FEATURES(FEATURE)
#undef FEATURE
    default:
        return NULL;
    }
}
