/* Arithmetic on numbers of the type `work`, and the sum of a block. Read by arithmetic_f64.c and arithmetic_longdouble.c,
 * each of which defines that type. */

static const work ones[BLOCK] = {[0 ... BLOCK - 1] = 1};

static void set(void *numbers, const f64 *values, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        ((work *)numbers)[i] = (work)values[i];
}

static int is_one(const void *number)
{
    return *(const work *)number == 1;
}

static void add_before(void *sum, const void *term)
{
    *(work *)sum = *(const work *)term + *(work *)sum;
}

static void divide(void *numbers, const void *divisor, ptrdiff_t n)
{
    work *quotients = numbers, d = *(const work *)divisor;
    for (ptrdiff_t i = 0; i < n; i++)
        quotients[i] /= d;
}

/* RUNNING_SUMS of them hide the latency of an addition; they are joined pairwise. */
static work joined(work sums[RUNNING_SUMS])
{
    for (int half = RUNNING_SUMS / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            sums[k] += sums[k + half];
    return sums[0];
}

static work sum_of_block(const work *terms, ptrdiff_t n)
{
    work sums[RUNNING_SUMS] = {0};
    ptrdiff_t whole = n - n % RUNNING_SUMS;
    for (ptrdiff_t i = 0; i < whole; i += RUNNING_SUMS)
        for (int k = 0; k < RUNNING_SUMS; k++)
            sums[k] += terms[i + k];
    for (ptrdiff_t i = whole; i < n; i++)
        sums[i - whole] += terms[i];
    return joined(sums);
}

static void sum_rows(void *sums, const void *terms, ptrdiff_t rows, ptrdiff_t length)
{
    for (ptrdiff_t row = 0; row < rows; row++)
        ((work *)sums)[row] = sum_of_block((const work *)terms + row * length, length);
}
