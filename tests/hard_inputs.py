"""Inputs whose exact value lies so near the middle of two numbers that a careless evaluation rounds the wrong way.

Found by sweeps over every float32 and every 16-bit value.
"""

# function, dtype, input, result
_TABLE = """
sigmoid            float32  -0x1.250c02p-10  0x1.ffb6bep-2
sigmoid            float32  -0x1.8p-23       0x1.fffffep-2
sigmoid            float32  0x1.8p-22        0x1.000002p-1
log_sigmoid        float32  -0x1.d483ap-12   -0x1.63017ap-1
softplus           float32  0x1.d483ap-12    0x1.63017ap-1
log_sigmoid        float32  -0x1.ad174ep-10  -0x1.634f82p-1
softplus           float32  0x1.ad174ep-10   0x1.634f82p-1
silu               float32  0x1.8p-148       0x1p-148
silu               float32  -0x1.8p-148      -0x1p-149
logit              float32  0x1.13986cp-22   -0x1.e59d8ap+3
sigmoid_derivative float16  0x1.cep-4        0x1.fe4p-3
sigmoid_derivative float16  0x1.62p-1        0x1.c74p-3
sigmoid_derivative float16  0x1.bb8p-5       0x1.ffcp-3
sigmoid_derivative float16  0x1.b3p+0        0x1.0b8p-3
log_sigmoid        float16  0x1.0cp-14       -0x1.62cp-1
log_sigmoid        float16  0x1.0c4p-14      -0x1.62cp-1
log_sigmoid        float16  0x1.0c8p-14      -0x1.62cp-1
softplus           float16  -0x1.0cp-14      0x1.62cp-1
softplus           float16  -0x1.0c4p-14     0x1.62cp-1
softplus           float16  -0x1.0c8p-14     0x1.62cp-1
silu               float16  -0x1.5ccp+1      -0x1.574p-3
logit              float16  0x1.214p-11      -0x1.e04p+2
logit              bfloat16 0x1.cap-20       -0x1.aap+3
"""

HARD_INPUTS = [line.split() for line in _TABLE.strip().splitlines()]
