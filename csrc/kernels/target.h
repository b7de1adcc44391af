/* Compiles what lies between TARGET_BEGIN("avx2,fma") and TARGET_END for an instruction set of its own, so that the build
 * needs no flags per file. System headers come before TARGET_BEGIN: nothing of theirs may be compiled for the target. */
#ifndef PYSIGMOID_TARGET_H
#define PYSIGMOID_TARGET_H

#define PRAGMA_OF(text) _Pragma(#text)

#if defined(__clang__)
#define TARGET_BEGIN(features) PRAGMA_OF(clang attribute push(__attribute__((target(features))), apply_to = function))
#define TARGET_END _Pragma("clang attribute pop")
#else
#define TARGET_BEGIN(features) _Pragma("GCC push_options") PRAGMA_OF(GCC target(features))
#define TARGET_END _Pragma("GCC pop_options")
#endif

#endif
