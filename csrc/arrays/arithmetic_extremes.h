/* Which elements of a loss are extreme, and their replacement: ordinary C on the type `work`, one element at a time. Read
 * by arithmetic_f64.c and arithmetic_longdouble.c, each of which defines
 *   work                 the type
 *   least, most          the sizes between which a factor is ordinary
 *   smallest_normal      the smallest normal number, about 2^-MAX_EXPONENT
 *   MAX_EXPONENT         the power of 2 that is too large
 *   extreme_loss         the loss of one element whose factors may have any size */

static work size_of(work number)
{
    return number < 0 ? -number : number;
}

static int is_extreme_factor(work factor)
{
    work size = size_of(factor);
    return (0 < size && size < least()) || (most() < size && size < (work)INFINITY);
}

/* A derivative below the normal numbers has lost what division by less than 1/2 would show. */
static int magnifies(work divisor)
{
    return 0 < size_of(divisor) && size_of(divisor) < (work)0.5;
}

/* Quotients by such a number are taken by its inverse, or may follow an overflow. */
static int is_extreme_divisor(work divisor)
{
    work size = size_of(divisor);
    return (0 < size && size < least() * least()) || (most() * most() < size && size < (work)INFINITY);
}

static work divisor_of(const struct loss_block *block)
{
    return block->divisor == NULL ? 1 : *(const work *)block->divisor;
}

static int shares_extreme(const struct loss_block *block)
{
    work smoothing = *(const work *)block->options, divisor = divisor_of(block);
    return is_extreme_factor(smoothing) || is_extreme_divisor(divisor) || magnifies(divisor);
}

/* An element of a tile. */
struct element {
    work x, y, w, p, divisor;
    const work *options;
};

static struct element element_of(const struct loss_block *tile, ptrdiff_t i)
{
    return (struct element){
        ((const work *)tile->logits)[i], ((const work *)tile->labels)[i], ((const work *)tile->weight)[i],
        ((const work *)tile->pos_weight)[i], divisor_of(tile), tile->options,
    };
}

/* Whether extreme_loss takes the element and has something to say about it. */
static int is_replaceable(const struct loss *loss, const struct element *e)
{
    int takes_x = loss->form == LOSS_probability ? e->x >= 0 && e->x <= 1 : !isnan(e->x);
    return takes_x && e->y >= 0 && e->y <= 1 && isfinite(e->w) && e->w != 0 && isfinite(e->p) && isfinite(e->divisor)
           && e->divisor != 0;
}

/* Whether the kernel may be wrong in all outputs. */
static int is_extreme(const struct loss *loss, const struct element *e)
{
    work size = size_of(e->x);
    int has_power = loss->form == LOSS_focal || (loss->form == LOSS_weighted && loss->working == WORKING_extended);
    return is_extreme_factor(e->w) || is_extreme_factor(e->p) || is_extreme_factor(e->y)
           || is_extreme_factor(e->options[0]) || is_extreme_divisor(e->divisor)
           || (has_power && size > coarse_from(MAX_EXPONENT) && size < vanished_from(MAX_EXPONENT));
}

/* Whether m^gamma L may be no normal number while w makes one of it: not where it has vanished altogether. */
static int has_coarse_product(const struct loss *loss, const struct element *e)
{
    int is_right = e->x > 0 ? e->y == 1 : e->y == 0, is_hard = e->options[0] == 0 && (e->y == 0 || e->y == 1);
    return loss->form == LOSS_focal && size_of(e->w) > 1
           && !(is_hard && size_of(e->x) * (is_right ? 1 + e->options[2] : 1) > vanished_from(MAX_EXPONENT));
}

/* Whether an output was below the normal numbers before it was multiplied by w or divided by d. */
static int has_lost_digits(const struct loss *loss, const struct element *e, work output, work d)
{
    work w = has_coarse_product(loss, e) ? e->w : 1;
    return (w != 1 || magnifies(d)) && size_of(output / w * d) < (work)0x1p60 * smallest_normal();
}

static void replace_element(const struct loss *loss, const struct element *e, work *const outputs[3], ptrdiff_t i)
{
    work exact[3];
    int replaced[3], all = is_extreme(loss, e);
    for (int k = 0; k < 3; k++)
        replaced[k] = outputs[k] != NULL && (all || has_lost_digits(loss, e, outputs[k][i], k == 0 ? 1 : e->divisor));
    if (!(replaced[0] || replaced[1] || replaced[2]) || !is_replaceable(loss, e))
        return;
    extreme_loss(loss->form, e->x, e->y, e->w, e->p, e->options, e->divisor, exact);
    for (int k = 0; k < 3; k++)
        if (replaced[k])
            outputs[k][i] = exact[k];
}

static void replace_extremes(const struct loss *loss, const struct loss_block *tile, ptrdiff_t n)
{
    work *const outputs[] = {tile->value, tile->gradient, tile->hessian};
    for (ptrdiff_t i = 0; i < n; i++) {
        struct element element = element_of(tile, i);
        replace_element(loss, &element, outputs, i);
    }
}
