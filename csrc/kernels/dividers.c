/* By name and not by a measurement: the choice is the same at every start. */
#include "kernels/dividers.h"

#include <stddef.h>
#include <string.h>

/* Cycles are those of float32 sigmoid for 32 elements, four divisions against one. */
static const struct divider {
    const char *vendor;
    unsigned family;
    int is_slow;
} dividers[] = {
    {"GenuineIntel", 6, 1},    /* one in 16 cycles from Skylake to Granite Rapids: 64 against 43 to 46 */
    {"AuthenticAMD", 0x19, 0}, /* Zen 4, one in 8 to 10: 52 against 58 */
    {"AuthenticAMD", 0x1a, 0}, /* Zen 5, one in 4 */
};

/* Of what is not listed, few divisions: they lose an eighth where they are the wrong choice, and many of them half. */
int divides_slowly(const char *vendor, unsigned family)
{
    for (size_t i = 0; i < sizeof dividers / sizeof *dividers; i++)
        if (strcmp(dividers[i].vendor, vendor) == 0 && dividers[i].family == family)
            return dividers[i].is_slow;
    return 1;
}

#if defined(__x86_64__)

#include <cpuid.h>

/* Families beyond 15 are written as 15 and what is above. */
int this_cpu_divides_slowly(void)
{
    unsigned eax = 0, words[4] = {0, 0, 0, 0}, ecx, edx;
    char vendor[13] = "";
    __get_cpuid(0, &eax, &words[0], &words[2], &words[1]);
    memcpy(vendor, words, 12);
    __get_cpuid(1, &eax, &words[3], &ecx, &edx);
    unsigned family = (eax >> 8) & 0xf;
    return divides_slowly(vendor, family == 0xf ? family + ((eax >> 20) & 0xff) : family);
}

#else

int this_cpu_divides_slowly(void)
{
    return 0;
}

#endif
