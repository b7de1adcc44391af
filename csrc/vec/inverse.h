/* One word more for packs of four vectors, over a vocabulary that was read before:
 *   v_inverse(a)  1/a by one division for the whole pack. Five roundings lie on the way of each lane: it is off by up to
 *                 5.01 * 2^-53, relatively, and by how much depends on its neighbours. The product of four must not overflow */
#ifndef PYSIGMOID_VEC_INVERSE_H
#define PYSIGMOID_VEC_INVERSE_H

#ifdef PYSIGMOID_CONTROL_INVERSE

/* For the proof: as far off as that, upwards or downwards. */
INLINE vf64 v_inverse_f64(vf64 a)
{
    vf64 one = v_set_f64(1), y = v_div_f64(one, a), rest = v_fnma_f64(y, a, one);
    return v_fma_f64(y, v_add_f64(rest, v_set_f64(PYSIGMOID_CONTROL_INVERSE * 0x1p-53)), y);
}

#else

INLINE vf64 v_inverse_f64(vf64 a)
{
    vf64_vector a01 = a.v0 * a.v1, a23 = a.v2 * a.v3, inverse = 1 / (a01 * a23);
    vf64_vector inverse01 = inverse * a23, inverse23 = inverse * a01;
    return (vf64){inverse01 * a.v1, inverse01 * a.v0, inverse23 * a.v3, inverse23 * a.v2};
}

#endif

#endif
