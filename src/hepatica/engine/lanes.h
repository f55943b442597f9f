/* W patients side by side in a GNU vector, and the elementary functions over it.
 *
 * exp, log and pow are good to 2 units in the last place (tests/unit/engine/test_lanes.py measures them); results
 * below the smallest normal number are 0. Every operation works on each lane by itself, so a lane's result never
 * depends on its neighbours. Works with gcc, clang and zig cc; width and instructions follow the target.
 */
#include <math.h>
#include <stdint.h>

#ifndef LANES
#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX__)
#define LANES 4
#else
#define LANES 2
#endif
#endif
enum { W = LANES };
typedef double V __attribute__((vector_size(8 * LANES)));
typedef int64_t M __attribute__((vector_size(8 * LANES))); /* all bits of a lane set: true */
typedef uint64_t U __attribute__((vector_size(8 * LANES)));

#define LEAF static __attribute__((noinline, const)) /* repeated calls with the same arguments become one */
#define SMALL static inline __attribute__((always_inline))

SMALL V splat(double a) { return (V){0} + a; }
SMALL V sel(M which, V yes, V no) { return (V)(((M)yes & which) | ((M)no & ~which)); }
SMALL V vabs(V a) { return (V)((U)a & 0x7fffffffffffffffULL); }
SMALL V vmax(V a, V b) { return sel(a > b, a, b); }
SMALL V vmin(V a, V b) { return sel(a < b, a, b); }
SMALL V vsqrt(V a) {
  V r;
  for (int l = 0; l < W; l++) r[l] = __builtin_sqrt(a[l]);
  return r;
}

/* What rounding took from p = a b: exact (Dekker 1971 where the processor cannot fuse multiply and add). */
SMALL V lost(V a, V b, V p) {
#if defined(__FMA__) || defined(__aarch64__) || defined(__ARM_FEATURE_FMA)
  V r;
  for (int l = 0; l < W; l++) r[l] = __builtin_fma(a[l], b[l], -p[l]);
  return r;
#else
  V ah = (V)((U)a & 0xfffffffff8000000ULL), bh = (V)((U)b & 0xfffffffff8000000ULL), al = a - ah, bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
#endif
}

/* exp(x + low): 2^n times a polynomial on |r| <= ln 2 / 2 (error 4e-17, fitted at Chebyshev points). */
SMALL V exp_of(V x, V low) {
  const double shift = 0x1.8p52;
  V t = x * 0x1.71547652b82fep0 + shift, n = t - shift;
  V r = (x - n * 0x1.62e42fefp-1) - (n * 7.4406171100123967161e-11 - low);
  V r2 = r * r, r4 = r2 * r2;
  V q = (0x1.5555555555555p-3 + r * 0x1.5555555554cb7p-5) + r2 * (0x1.1111111110e6ap-7 + r * 0x1.6c16c1738ff55p-10)
      + r4 * ((0x1.a01a01a4b322fp-13 + r * 0x1.a019c9a5652d3p-16) + r2 * (0x1.71de17e40edfep-19 + r * 0x1.2880411bad1aap-22)
              + r4 * 0x1.af236aac51d05p-26);
  V e = 1.0 + (r + r2 * (0.5 + r * q));
  V half = (V)((((U)t - (U)splat(shift) + 2046) >> 1) << 52); /* 2^(n/2), in two factors: 2^1024 would not fit in one */
  V rest = (V)((((U)t - (U)splat(shift) + 2046) - ((U)half >> 52)) << 52);
  e = e * half * rest;
  e = sel(x > 709.782712893384, splat(INFINITY), e);
  return sel(x < -708.3964185322641, splat(0.0), e);
}

/* x = 2^n m with m between sqrt(1/2) and sqrt(2), for x > 0 and finite; returns m - 1. */
SMALL V split(V x, V *n) {
  M tiny = x < 0x1p-1022;
  x = sel(tiny, x * 0x1p54, x);
  U biased = ((U)x - 0x3fe6a09e00000000ULL + (1024ULL << 52)) >> 52;
  *n = (V)(biased | 0x4330000000000000ULL) - (0x1p52 + 1024.0) - sel(tiny, splat(54.0), splat(0.0));
  return (V)((U)x - (biased << 52) + (1024ULL << 52)) - 1.0;
}

/* The tail of 2 atanh(s) - 2 s - 2 s^3 / 3, by z = s^2, over s^5. */
SMALL V tail_of(V z) {
  V z2 = z * z, z4 = z2 * z2;
  return (0.39999999999999999816 + z * 0.28571428571429371334) + z2 * (0.22222222221652765272 + z * 0.18181818336099846227)
       + z4 * ((0.15384594887007179405 + z * 0.13334808798812338678) + z2 * (0.11706126464563397249 + z * 0.11724327060846746581));
}

/* log x as high + low, for x > 0 and finite: x = 2^n m, log m = 2 atanh((m - 1) / (m + 1)). */
SMALL V log_of(V x, V *low) {
  V n, f = split(x, &n), d = 2.0 + f, d_low = f - (d - 2.0), inverse = 1.0 / d;
  V s = f * inverse, sd = s * d, s_low = (((f - sd) - lost(s, d, sd)) - s * d_low) * inverse;
  V z = s * s, z_low = lost(s, s, z) + 2.0 * s * s_low;
  V c = s * z, c_low = lost(s, z, c) + s * z_low + s_low * z; /* s^3 */
  V a = c * 0x1.5555555555555p-1, a_low = lost(c, splat(0x1.5555555555555p-1), a) + c * 3.7007434154171884681e-17
      + c_low * 0x1.5555555555555p-1;
  V q = tail_of(z);
  V big = n * 0x1.62e42fefp-1, two = 2.0 * s, h = big + two, h_low = two - (h - big);
  V g = h + a, g_low = a - (g - h);
  V rest = h_low + g_low + (a_low + 2.0 * s_low + n * 7.4406171100123967161e-11 + c * z * q);
  V high = g + rest;
  *low = rest - (high - g);
  return high;
}

LEAF V vexp(V x) { return exp_of(x, splat(0.0)); }

/* log x = n ln 2 + log m, log m = 2 atanh(s) with s = f / (2 + f), f = m - 1; as Tang (1990) arranges the sum. */
LEAF V vlog(V x) {
  V n, f = split(x, &n), s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
  V t = z * (0x1.5555555555555p-1 + z * tail_of(z));
  V r = n * 0x1.62e42fefp-1 - ((half - (s * (half + t) + n * 7.4406171100123967161e-11)) - f);
  r = sel(x == INFINITY, x, r);
  return sel(x > 0.0, r, sel(x == 0.0, splat(-INFINITY), splat(NAN)));
}

/* x^n; for x < 0 defined where n is whole. */
LEAF V power(V x, V n) {
  V low, a = vabs(x), high = log_of(a, &low), p = n * high;
  V r = exp_of(p, lost(n, high, p) + n * low);
  M none = a == 0.0, huge = a == INFINITY;
  V edge = sel(n > 0.0, splat(0.0), splat(INFINITY));
  r = sel(none, edge, sel(huge, sel(n > 0.0, splat(INFINITY), splat(0.0)), r));
  V half = 0.5 * n, down = (half + 0x1.8p52) - 0x1.8p52;
  M whole = ((n + 0x1.8p52) - 0x1.8p52) == n, odd = whole & (down != half);
  r = sel(x < 0.0, sel(whole, sel(odd, -r, r), splat(NAN)), r);
  return sel((n == 0.0) | (x == 1.0), splat(1.0), sel((x != x) | (n != n), splat(NAN), r));
}

LEAF V vtanh(V x) {
  V a = vabs(x), e = exp_of(-2.0 * a, splat(0.0)), z = x * x;
  V far = (1.0 - e) / (1.0 + e);
  V near = a * (1.0 + z * (-1.0 / 3 + z * (2.0 / 15 + z * (-17.0 / 315 + z * (62.0 / 2835 + z * (-1382.0 / 155925))))));
  V r = sel(a < 0.1, near, far);
  return sel(x < 0.0, -r, r);
}
