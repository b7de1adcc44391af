/* A block of a loss where something is extreme: the kernels compute what they take, and the rest is put right, tile by
 * tile. What an element gives depends on its own operands only. Read by arrays/losses_driver.h, with
 *   LEAST, MOST      the sizes between which a factor is ordinary
 *   SMALLEST_NORMAL  the smallest normal number, about 2^-MAX_EXPONENT, where 2^MAX_EXPONENT is too large */

static WORK D(size_of)(WORK number)
{
    return number < 0 ? -number : number;
}

static int D(is_extreme_factor)(WORK factor)
{
    WORK size = D(size_of)(factor);
    return (0 < size && size < LEAST) || (MOST < size && size < (WORK)INFINITY);
}

/* A derivative below the normal numbers has lost what division by less than 1/2 would show. */
static int D(magnifies)(WORK divisor)
{
    return 0 < D(size_of)(divisor) && D(size_of)(divisor) < (WORK)0.5;
}

/* Quotients by such a number are taken by its inverse, or may follow an overflow. */
static int D(is_extreme_divisor)(WORK divisor)
{
    WORK size = D(size_of)(divisor);
    return (0 < size && size < LEAST * LEAST) || (MOST * MOST < size && size < (WORK)INFINITY);
}

/* e^-size is a normal number up to the first, and vanishes beside any ordinary factors from the second on. */
static const WORK D(coarse) = (WORK)0.67 * MAX_EXPONENT, D(vanished) = (WORK)1.1 * MAX_EXPONENT;

static int D(is_wanted)(const struct loss *loss, int output)
{
    return output == 0   ? loss->outputs != OUTPUTS_gradient_and_hessian
           : output == 1 ? loss->outputs != OUTPUTS_value
                         : loss->outputs == OUTPUTS_gradient_and_hessian;
}

/* A tile: operands in WORK, and value, gradient and Hessian. */
struct D(tile) {
    WORK logits[WHOLE_PACKS], labels[WHOLE_PACKS];
    const WORK *weight, *pos_weight, *options;
    WORK divisor, outputs[3][WHOLE_PACKS];
};

/* Whether the element is one that extreme_loss takes and has something to say about. */
static int D(counts)(const struct loss *loss, const struct D(tile) *tile, int i)
{
    WORK x = tile->logits[i], y = tile->labels[i], w = tile->weight[i], d = tile->divisor;
    int takes_x = loss->form == LOSS_probability ? x >= 0 && x <= 1 : !isnan(x);
    return takes_x && y >= 0 && y <= 1 && isfinite(w) && w != 0 && isfinite(tile->pos_weight[i]) && isfinite(d) && d != 0;
}

static int D(is_extreme)(const struct loss *loss, const struct D(tile) *tile, int i)
{
    WORK size = D(size_of)(tile->logits[i]);
    int has_coarse_power = loss->form == LOSS_focal || (loss->form == LOSS_weighted && loss->working == WORKING_extended);
    return D(is_extreme_factor)(tile->weight[i]) || D(is_extreme_factor)(tile->pos_weight[i])
           || D(is_extreme_factor)(tile->labels[i]) || D(is_extreme_factor)(tile->options[0])
           || D(is_extreme_divisor)(tile->divisor)
           || (has_coarse_power && size > D(coarse) && size < D(vanished));
}

/* Whether m^gamma L may be no normal number while w makes one of it: not where it has vanished altogether. */
static int D(has_coarse_product)(const struct loss *loss, const struct D(tile) *tile, int i)
{
    WORK size = D(size_of)(tile->logits[i]), y = tile->labels[i];
    int is_right = tile->logits[i] > 0 ? y == 1 : y == 0, is_hard = tile->options[0] == 0 && (y == 0 || y == 1);
    return loss->form == LOSS_focal && D(size_of)(tile->weight[i]) > 1
           && !(is_hard && size * (is_right ? 1 + tile->options[2] : 1) > D(vanished));
}

/* Whether the k-th output was below the normal numbers before it was multiplied by w or divided by d. */
static int D(has_lost_digits)(const struct loss *loss, const struct D(tile) *tile, int i, int k)
{
    WORK d = k == 0 ? 1 : tile->divisor, w = D(has_coarse_product)(loss, tile, i) ? tile->weight[i] : 1;
    return (w != 1 || D(magnifies)(d)) && D(size_of)(tile->outputs[k][i] / w * d) < (WORK)0x1p60 * SMALLEST_NORMAL;
}

/* Whether to look closer at a block. The plain form has no factor but the label; beside expl every look is cheap. */
static int D(may_be_extreme)(const struct loss *loss, const struct loss_block *block, const struct suspects *suspects,
                             ptrdiff_t n)
{
    const WORK *options = block->options, d = block->divisor == NULL ? 1 : *(const WORK *)block->divisor;
    int is_narrow = loss->working == WORKING_narrow, is_focal = loss->form == LOSS_focal;
    bound_kernel *any_beyond = is_narrow ? active.any_f32_beyond : active.any_f64_beyond;
    if (loss->working == WORKING_extended)
        return loss->form != LOSS_plain;
    if (is_narrow && loss->form != LOSS_probability && any_beyond(block->logits, n, LARGEST_NARROW))
        return 1;
    if (loss->form == LOSS_plain)
        return 0;
    if (D(is_extreme_factor)(options[0]) || D(is_extreme_divisor)(d) || D(magnifies)(d))
        return 1;
    if ((suspects->labels && active.any_f64_extreme(block->labels, n))
        || (suspects->weight && active.any_f64_extreme(block->weight, n))
        || (suspects->pos_weight && active.any_f64_extreme(block->pos_weight, n)))
        return 1;
    /* Up to the fifth power of an ordinary label is a normal number. */
    return is_focal && (options[2] > 5 || any_beyond(block->logits, n, (f64)(D(coarse) / (1 + options[2]))));
}

static struct loss_block D(block_of)(struct D(tile) *tile, WORK outputs[3][WHOLE_PACKS])
{
    return (struct loss_block){
        .logits = tile->logits, .labels = tile->labels, .weight = tile->weight, .pos_weight = tile->pos_weight,
        .value = outputs[0], .gradient = outputs[1], .hessian = outputs[2],
        .options = tile->options, .divisor = tile->divisor == 1 ? NULL : &tile->divisor,
    };
}

/* Narrow logits that are too large are worked as wide ones. Where both terms of a gradient are there, as with a soft label
 * and no weights, the larger exponential adds nothing: a plain loss keeps the bits of the ufuncs. */
static void D(replace_large)(const struct loss *loss, struct D(tile) *tile)
{
    WORK wide[3][WHOLE_PACKS];
    struct loss_block block = D(block_of)(tile, wide);
    active.losses[WORKING_wide][loss->form][loss->outputs](&block, WHOLE_PACKS);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < WHOLE_PACKS && D(is_wanted)(loss, k); i++) {
            int is_hard = tile->labels[i] == 0 || tile->labels[i] == 1;
            if (D(size_of)(tile->logits[i]) > LARGEST_NARROW && (loss->form != LOSS_plain || k == 2 || is_hard))
                tile->outputs[k][i] = wide[k][i];
        }
}

static void D(replace_extremes)(const struct loss *loss, struct D(tile) *tile)
{
    WORK outputs[3];
    for (int i = 0; i < WHOLE_PACKS; i++) {
        int replaced[3], any = 0, all = D(is_extreme)(loss, tile, i);
        for (int k = 0; k < 3; k++)
            any |= replaced[k] = D(is_wanted)(loss, k) && (all || D(has_lost_digits)(loss, tile, i, k));
        if (!any || !D(counts)(loss, tile, i))
            continue;
        D(extreme_loss)(loss->form, tile->logits[i], tile->labels[i], tile->weight[i], tile->pos_weight[i],
                        tile->options, tile->divisor, outputs);
        for (int k = 0; k < 3; k++)
            tile->outputs[k][i] = replaced[k] ? outputs[k] : tile->outputs[k][i];
    }
}

static const void *D(part)(const void *numbers, enum number number, ptrdiff_t i)
{
    return (const char *)numbers + i * size_of_number(number);
}

static void D(compute_tile)(const struct loss *loss, const struct loss_block *all, ptrdiff_t i)
{
    enum number work = NUMBER_OF(WORK), of_logits = logits_number(loss, work), of_labels = labels_number(loss, work);
    enum number of_derivatives = all->rounds_derivatives ? NUMBER_f32 : work;
    void *const targets[3] = {all->value, all->gradient, all->hessian};
    struct D(tile) tile = {.weight = (const WORK *)all->weight + i, .pos_weight = (const WORK *)all->pos_weight + i,
                           .options = all->options, .divisor = all->divisor == NULL ? 1 : *(const WORK *)all->divisor};
    convert_numbers(tile.logits, work, D(part)(all->logits, of_logits, i), of_logits, WHOLE_PACKS);
    convert_numbers(tile.labels, work, D(part)(all->labels, of_labels, i), of_labels, WHOLE_PACKS);

    struct loss_block block = D(block_of)(&tile, tile.outputs);
    block.logits = D(part)(all->logits, of_logits, i);
    block.labels = D(part)(all->labels, of_labels, i);
    active.losses[loss->working][loss->form][loss->outputs](&block, WHOLE_PACKS);
    if (loss->working == WORKING_narrow && loss->form != LOSS_probability)
        D(replace_large)(loss, &tile);
    if (loss->form != LOSS_plain)
        D(replace_extremes)(loss, &tile);
    for (int k = 0; k < 3; k++) {
        enum number number = k == 0 ? work : of_derivatives;
        if (D(is_wanted)(loss, k))
            convert_numbers((char *)targets[k] + i * size_of_number(number), number, tile.outputs[k], work, WHOLE_PACKS);
    }
}

/* n is a multiple of WHOLE_PACKS. What the kernel has read lies in the cache: looking at it afterwards costs least. */
static void D(compute_losses)(const struct loss *loss, const struct loss_block *block, const struct suspects *suspects,
                              ptrdiff_t n)
{
    loss_kernel *compute = active.losses[loss->working][loss->form][loss->outputs];
    int in_place = is_in_place(block);
    if (!in_place)
        compute(block, n);
    if (D(may_be_extreme)(loss, block, suspects, n)) {
        for (ptrdiff_t i = 0; i < n; i += WHOLE_PACKS)
            D(compute_tile)(loss, block, i);
    } else if (in_place) {
        compute(block, n);
    }
}
