/* Which elements of a loss count. */
#ifndef PYSIGMOID_LOSS_MASKS_H
#define PYSIGMOID_LOSS_MASKS_H

#include "arrays/loss_workspace.h"

/* A byte for each element of a piece, 1 where it counts; NULL where all of them do. */
const uint8_t *find_kept(const struct loss *loss, const struct piece *piece, struct workspace *space);

ptrdiff_t number_kept(const uint8_t *kept, ptrdiff_t count);

/* Writes 0 where elements do not count. */
void leave_out(void *terms, enum number number, const uint8_t *kept, ptrdiff_t count);

#endif
